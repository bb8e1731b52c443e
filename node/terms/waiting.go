package terms

import (
	"tongban/intake/cabinet"
	"tongban/intake/exchange"
)

// What waits to leave a node, how far it has come, and how a log came to lie
// beside another.
var (
	Purposes = map[exchange.Purpose]Pair{
		exchange.Copy: {"副本", "copy"}, exchange.Offer: {"移交", "offer"}, exchange.Answer: {"答复", "answer"}, exchange.Reconcile: {"对账", "reconcile"},
		exchange.Message: {"消息", "message"}, exchange.Onward: {"代转", "carried"}, exchange.Content: {"材料", "papers"},
	}
	Rows = map[exchange.Status]Pair{
		exchange.Waiting: {"等待线路", "waiting"}, exchange.Sent: {"已发，未确认", "sent"}, exchange.Arrived: {"已到，未答复", "arrived, unanswered"},
		exchange.Carried: {"上级代转中", "carried"}, exchange.Refused: {"被拒绝", "refused"}, exchange.Delayed: {"对方暂缓", "delayed"},
	}
	Causes = map[cabinet.Cause]Pair{
		cabinet.Overruled: {"上级指定别的中心接管后，本节点原有的记录被取代", "it was the log here until a seizure overruled it"}, cabinet.Late: {"接管之后才收到的旧记录", "it came after the seizure"},
		cabinet.Equivocal: {"同一时期的两份记录互相矛盾", "two logs of the same time contradict each other"}, cabinet.CutBySeize: {"在接管所依据的记录之后写下", "it stood behind the record that the seizure goes by"},
	}
)
