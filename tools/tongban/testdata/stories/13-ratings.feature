# language: zh-CN
功能: 好差评
  一件一评，评了不能改；差评要核实、整改、回访；谁评的，被评的人看不到。

  背景:
    当"虚构甲"在同里镇申请"签注居住证"：
      | 属地     | 叶建村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
      | 当场受理 |            |
    而且同里镇办理"审查"
    而且同里镇办理"决定"
    而且同里镇办理"出件"

  场景: 好评记进办件，只能评一次
    当同里镇执行"rating add {该件} --grade 1 --channel tablet"
    那么办件记录里有rated
    而且同里镇执行"rating add {该件} --grade 5 --channel tablet"被拒绝，原因是already_rated

  场景: 等次只有一到五
    那么同里镇执行"rating add {该件} --grade 6 --channel tablet"被拒绝，原因是malformed

  场景: 差评从核实到整改到回访，姓名不外露
    当同里镇执行"rating add {该件} --grade 5 --channel tablet --words 等了很久 --name 虚构甲 --telephone 13800001234"
    而且把输出里的"id"记作"差评号"
    而且同里镇执行"rating list --bad --open"
    那么屏幕上有"{差评号}"
    而且屏幕上没有"虚构甲"
    当同里镇执行"rating contact {差评号} --staff 督查员"
    而且同里镇执行"rating find {差评号} --text 情况属实 --staff 督查员"
    而且同里镇执行"rating rectify {差评号} --text 已增设窗口 --staff 督查员"
    而且同里镇执行"rating follow-up {差评号} --staff 督查员"
    那么同里镇执行"rating list --bad --open"
    而且屏幕上没有"{差评号}"

  场景: 没有核实就不能说整改好了
    当同里镇执行"rating add {该件} --grade 4 --channel tablet"
    而且把输出里的"id"记作"差评号"
    那么同里镇执行"rating rectify {差评号} --text 已改 --staff 督查员"被拒绝，原因是out_of_order

  场景: 申诉要由另一个人复核
    当同里镇执行"rating add {该件} --grade 5 --channel tablet --name 虚构甲 --telephone 13800001234"
    而且把输出里的"id"记作"差评号"
    而且同里镇执行"rating contact {差评号} --staff 督查员"
    而且同里镇执行"rating appeal {差评号} --reason 评错了件 --staff 窗口长"
    那么同里镇执行"rating review {差评号} --uphold --reason 属实 --staff 窗口长"被拒绝，原因是four_eyes
    当同里镇执行"rating review {差评号} --uphold --reason 属实 --staff 复核员"
    而且同里镇执行"rating figures"
    那么屏幕上有"active"
