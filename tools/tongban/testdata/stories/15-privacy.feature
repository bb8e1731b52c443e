# language: zh-CN
功能: 个人信息
  看全号要有理由、留记录；保管期满才能删；期满以前只能限制查看；删了以后记录仍然验得通。

  背景:
    当"虚构甲"在同里镇申请"签注居住证"：
      | 属地     | 叶建村             |
      | 情形     | filer=self        |
      | 材料齐全 |                   |
      | 身份证   | 990101199001010019 |
      | 当场受理 |                   |
    而且同里镇办理"审查"
    而且同里镇办理"决定"
    而且同里镇办理"出件"
    而且同里镇办理"办结"

  场景: 看全号要写理由，写了就有记录
    那么同里镇执行"case applicant {该件} --unmask"被拒绝，原因是reason_needed
    当同里镇执行"case applicant {该件} --unmask --reason 核对身份"
    那么屏幕上有"990101199001010019"
    当同里镇执行"privacy audit --case {该件}"
    那么屏幕上有"核对身份"

  场景: 没有定保管期限的，不能删
    那么同里镇执行"privacy erase {该件} --reason 申请人要求"被拒绝，原因是no_retention

  场景: 期满以前不能删，只能限制查看
    假如同里镇执行"privacy retention set --item {事项签注居住证} --years 1 --document 某档〔2024〕1号"
    那么同里镇执行"privacy erase {该件} --reason 申请人要求"被拒绝，原因是not_due
    当同里镇执行"privacy restrict {该件} --reason 申请人要求"
    那么同里镇执行"case applicant {该件}"被拒绝，原因是restricted

  场景: 期满删除，办件记录和登记本仍然成立
    假如同里镇执行"privacy retention set --item {事项签注居住证} --years 1 --document 某档〔2024〕1号"
    当同里镇执行"book add --kind complaint --about 窗口等候太久 --name 虚构辛 --text 排队两小时"
    而且把输出里的"id"记作"旧投诉号"
    而且同里镇执行"book answer {旧投诉号} --text 已增设窗口"
    那么同里镇执行"privacy erase-record complaint {旧投诉号} --reason 保管期满"被拒绝，原因是no_retention
    当同里镇执行"privacy retention set --record complaint --years 1 --document 某档〔2024〕1号"
    那么屏幕上有"complaint"
    而且同里镇执行"privacy erase-record complaint {旧投诉号} --reason 保管期满"被拒绝，原因是not_due
    当过了400天
    而且同里镇执行"privacy due"
    那么屏幕上有"{旧投诉号}"
    当同里镇执行"privacy erase-record complaint {旧投诉号} --reason 保管期满，某档〔2024〕1号"
    而且同里镇执行"book show {旧投诉号} --unmask"
    那么屏幕上没有"排队两小时"
    当同里镇执行"privacy audit"
    那么屏幕上有"{旧投诉号}"
    而且同里镇执行"book verify"
    而且同里镇执行"privacy erase {该件} --reason 保管期满，某档〔2024〕1号"
    那么办件记录里有erased
    而且该件从头验证成立
    而且同里镇执行"case applicant {该件}"被拒绝，原因是content_lacks

  场景: 评价里写的话，整改完了、期满了才删，评价等次留着
    当同里镇执行"rating add {该件} --grade 5 --channel tablet --words 排队太久 --name 虚构壬"
    而且把输出里的"id"记作"旧评价号"
    那么同里镇执行"privacy retention set --record ratings --years 1 --document 某档〔2024〕1号"被拒绝，原因是malformed
    当同里镇执行"privacy retention set --record rating --years 1 --document 某档〔2024〕1号"
    那么同里镇执行"privacy erase-record rating {旧评价号} --reason 申请人要求"被拒绝，原因是not_due
