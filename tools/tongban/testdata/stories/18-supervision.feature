# language: zh-CN
功能: 谁拖了，在哪里，上级看得到
  红灯和不答复，报到上一级；督办记进办件。

  场景: 镇里超期，区里看得到，督办记进办件
    当"虚构子"在同里镇申请"签注居住证"：
      | 属地     | 叶建村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
      | 当场受理 |            |
    当过了7个工作日
    那么该件亮红灯
    而且吴江区等到"supervise list --under {同里镇} --lamp red"的输出有"{该件}"
    当吴江区办理"督办"：
      | 说明 | 请于两个工作日内办结并反馈 |
    那么同里镇等到"case log {该件}"的输出有"request_recorded"

  场景: 没有超期的不在名单上
    当"虚构子"在同里镇申请"签注居住证"：
      | 属地     | 叶建村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
      | 当场受理 |            |
    当吴江区执行"supervise list --under {同里镇} --lamp red"
    那么屏幕上没有"{该件}"

  场景: 一件事走到哪里、每一站几天，一看就知道
    当"虚构子"在叶建村申请"申领居住证"：
      | 属地     | 叶建村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
    而且叶建村办理"移交"
    当过了2个工作日
    而且同里镇办理"接收"
    而且同里镇执行"case route {该件}"
    那么屏幕上有"320509111201"
    当同里镇执行"case clock {该件}"
    那么屏幕上有"一次性告知时限"

  场景: 移交不答复、原件没人签收，地方定了几天就按几天
    假如吴江区执行"rule set offer_days 2 --area {叶建村} --source 吴政办〔2024〕6号 --staff 王主任"
    而且吴江区执行"rule set slip_days 3 --area {叶建村} --source 吴政办〔2024〕6号 --staff 王主任"
    而且各中心都知道了
    当"虚构子"在叶建村申请"申领居住证"：
      | 属地     | 叶建村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
    而且叶建村办理"寄出原件"：
      | 送往 | 同里镇 |
      | 材料 | photo  |
    而且叶建村办理"移交"
    而且叶建村执行"case clock {该件}"
    那么屏幕上有"offer_days"
    而且屏幕上有"slip_days"
    当过了3个工作日
    那么吴江区等到"supervise list --kind silent_offer --lamp red"的输出有"{该件}"
    而且屏幕上有"offer_days"
    当过了1个工作日
    而且吴江区执行"supervise list --kind slip_unmatched --lamp red"
    那么屏幕上有"slip_days"
    当吴江区执行"rule set offer_days 0 --area {叶建村} --source 吴政办〔2024〕7号 --staff 王主任"
    而且吴江区执行"rule set slip_days 0 --area {叶建村} --source 吴政办〔2024〕7号 --staff 王主任"
    而且各中心都知道了

  场景: 几个工作日没有音信算失联，由规则定；没有定就不列
    当"虚构子"在城司村申请"申领居住证"：
      | 属地     | 城司村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
    那么吴江区看到该件的状态是"已收件"
    当城司村停机
    而且过了6个工作日
    而且吴江区执行"supervise list --kind silent_center --under {城司村}"
    那么屏幕上没有"没有收到该中心的任何消息"
    当吴江区执行"rule set silent_days 3 --area {城司村} --source 吴政办〔2024〕8号 --staff 王主任"
    而且吴江区执行"supervise list --kind silent_center --under {城司村}"
    那么屏幕上有"silent_days"
