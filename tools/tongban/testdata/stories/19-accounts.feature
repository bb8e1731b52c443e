# language: zh-CN
功能: 工作台账号
  账号是本中心自己的；初始口令只显示一次；最后一个系统管理员不能停用；谁做了什么都有记录。

  场景: 新来的窗口人员有了账号，调岗以后换职责
    假如黎里镇执行"account add guanliyuan --of 虚构管理员 --duty operator"
    当黎里镇执行"account add chuangkou --of 虚构窗口 --duty clerk,deliverer --staff 虚构管理员"
    那么屏幕上有"initial_password"
    当黎里镇执行"account edit chuangkou --duty approver --staff 虚构管理员"
    而且黎里镇执行"account audit --login chuangkou"
    那么屏幕上有"duties_before"
    当黎里镇执行"account verify"

  场景: 一个村只有一个人，什么职责都有
    当城司村执行"account add cun --of 虚构村干部 --all-duties"
    而且城司村执行"account list"
    那么屏幕上有"cun"
    而且城司村执行"account disable cun"被拒绝，原因是last_operator

  场景: 同名账号只能有一个
    假如城司村执行"account add zhangmin --of 虚构甲 --duty clerk"
    那么城司村执行"account add zhangmin --of 虚构乙 --duty clerk"被拒绝，原因是conflict
    而且城司村执行"account add ZhangMin --of 虚构乙 --duty clerk"被拒绝，原因是conflict

  场景: 不存在的职责、不合规的登录名，不予建立
    那么城司村执行"account add ck9 --of 虚构甲 --duty king"被拒绝，原因是bad_account
    而且城司村执行"account add c/9 --of 虚构甲 --duty clerk"被拒绝，原因是bad_account
    而且城司村执行"account reset ghost"被拒绝，原因是not_found

  场景: 没有配置统一身份认证的节点，不能把账号关联到别处的名字
    假如城司村执行"account add fenghua --of 虚构丙 --duty clerk"
    那么城司村执行"account edit fenghua --outside fenghua@city"被拒绝，原因是bad_account
