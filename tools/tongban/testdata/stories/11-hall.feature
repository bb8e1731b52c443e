# language: zh-CN
功能: 大厅：名册、取号、预约、登记簿
  谁在哪个窗口，谁替谁；先来后到，老弱优先；问过什么、答没答，都有记录。

  场景: A岗不在，B岗代办，两个人的名字都在记录里
    假如北联村执行"staff add 虚构窗口甲 --department 民政 --post 综合岗 --window 1 --staff 系统建设"
    而且北联村执行"staff add 虚构窗口乙 --department 民政 --post 综合岗 --staff 虚构窗口甲"
    而且北联村执行"staff cover 虚构窗口甲 --by 虚构窗口乙 --staff 虚构窗口甲"
    那么"虚构甲"在北联村申请"申领居住证"被拒绝，原因是no_staff：
      | 属地     | 北联村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
      | 谁       | 外来的人    |
    当"虚构甲"在北联村申请"申领居住证"：
      | 属地     | 北联村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
      | 谁       | 虚构窗口乙  |
      | 代谁     | 虚构窗口甲  |
    而且北联村执行"case log {该件}"
    那么屏幕上有"虚构窗口甲"
    而且屏幕上有"虚构窗口乙"

  场景: 没有指定的人不能替岗
    假如北联村执行"staff add 虚构窗口丙 --department 民政 --staff 虚构窗口甲"
    那么"虚构甲"在北联村申请"申领居住证"被拒绝，原因是no_cover：
      | 属地     | 北联村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
      | 谁       | 虚构窗口丙  |
      | 代谁     | 虚构窗口甲  |

  场景: 取号、叫号、过号、办完
    假如城司村执行"window set 1 --name 综合 --types 综合 --staff 周主任"
    而且城司村执行"window open 1 --staff 周主任"
    当城司村执行"queue take --type 综合"
    而且把输出里的"number"记作"甲号"
    而且城司村执行"queue take --type 综合 --priority elderly"
    而且把输出里的"number"记作"老人号"
    而且城司村执行"queue call --window 1 --staff 周主任"
    那么屏幕上有"{老人号}"
    当城司村执行"queue done --window 1 --staff 周主任"
    而且城司村执行"queue call --window 1 --staff 周主任"
    那么屏幕上有"{甲号}"
    当城司村执行"queue skip --window 1 --staff 周主任"
    而且城司村执行"queue stats"
    那么屏幕上有"综合"

  场景: 预约要在时间表里，一个人一个时段只约一次
    假如城司村执行"timetable add hours --days workdays --hours 09:00-11:30 --types 综合 --slot 30 --capacity 1 --staff 周主任"
    当城司村执行"appointment book --day {预约日} --time 09:30 --type 综合 --name 虚构甲 --telephone 13900000000"
    那么城司村执行"appointment book --day {预约日} --time 09:30 --type 综合 --name 虚构乙 --telephone 13900000001"被拒绝，原因是slot_full
    而且城司村执行"appointment book --day {预约日} --time 20:30 --type 综合 --name 虚构乙 --telephone 13900000001"被拒绝，原因是no_slot

  场景: 自己约的，凭预约号和取消码查看、取消；码不对什么也看不到
    假如城司村执行"timetable add hours --days workdays --hours 14:00-16:00 --types 综合 --slot 30 --capacity 1 --staff 周主任"
    当城司村执行"appointment book --day {预约日} --time 14:00 --type 综合 --name 虚构丁 --telephone 13900000003 --channel self_service --code"
    而且把输出里的"id"记作"预约号"
    而且把输出里的"code"记作"取消码"
    而且城司村执行"appointment show {预约号} --code {取消码}"
    那么屏幕上有"booked"
    而且屏幕上没有"13900000003"
    而且城司村执行"appointment show {预约号} --code 000000000"被拒绝，原因是no_appointment
    而且城司村执行"appointment cancel {预约号} --code 000000000"被拒绝，原因是no_appointment
    当城司村执行"appointment cancel {预约号} --code {取消码}"
    那么屏幕上有"cancelled"
    而且城司村执行"appointment cancel {预约号} --code {取消码}"被拒绝，原因是appointment_state

  场景: 窗口和电话约的没有取消码，由工作人员按预约号取消
    当城司村执行"appointment book --day {预约日} --time 14:30 --type 综合 --name 虚构戊 --telephone 13900000004 --channel phone --staff 周主任"
    而且把输出里的"id"记作"预约号"
    那么城司村执行"appointment cancel {预约号} --code 000000000"被拒绝，原因是no_appointment
    当城司村执行"appointment cancel {预约号} --reason 来电取消 --staff 周主任"
    那么屏幕上有"cancelled"

  场景: 投诉要答复，答复要回访
    当城司村执行"book add --kind complaint --channel phone --about 等候太久 --name 虚构甲 --telephone 13900000000 --staff 周主任"
    而且把输出里的"id"记作"投诉号"
    而且城司村执行"book answer {投诉号} --text 已增设窗口 --channel phone --staff 周主任"
    而且城司村执行"book follow-up {投诉号} --reached --content --close --staff 周主任"
    那么城司村执行"book list --kind complaint"
    而且屏幕上有"{投诉号}"
    而且屏幕上没有"13900000000"

  场景: 咨询按事项和来的方式登记，村里记下民情
    当城司村执行"book add --kind consultation --channel phone --about 居住证续签材料 --staff 周主任"
    而且城司村执行"book add --kind need --about 路灯不亮 --staff 周主任"
    而且城司村执行"book list --kind need"
    那么屏幕上有"路灯不亮"

  场景: 一个人一张号办几件事，一套材料
    当黎里镇执行"queue take --type 综合"
    而且把输出里的"number"记作"他的号"
    而且黎里镇执行"visit open {事项出生登记} {事项初次兵役登记} --subject {城司村} --name 虚构甲 --visit {他的号} --staff 周主任"
    而且把输出里的"visit"记作"这次来访"
    而且黎里镇执行"case open {事项生育登记} --subject {城司村} --name 虚构甲 --visit {他的号} --staff 周主任"
    而且黎里镇执行"visit show {这次来访}"
    那么屏幕上有"出生登记"
    而且屏幕上有"初次兵役登记"
    而且屏幕上有"生育登记"
    而且屏幕上有"-{他的号}"

  场景: 写错的号、昨天的号，都不是这一次来访
    当黎里镇执行"queue take --type 综合"
    而且把输出里的"number"记作"今天的号"
    那么黎里镇执行"visit open {事项出生登记} {事项初次兵役登记} --subject {城司村} --name 虚构甲 --visit Z099 --staff 周主任"被拒绝，原因是no_visit
    而且屏幕上有"queue list"
    当过了1个工作日
    那么黎里镇执行"case open {事项生育登记} --subject {城司村} --name 虚构甲 --visit {今天的号} --staff 周主任"被拒绝，原因是no_visit

  场景: 没有取号机的地方，来访由第一件办件来叫
    当黎里镇执行"visit open {事项出生登记} {事项初次兵役登记} --subject {城司村} --name 虚构甲 --staff 周主任"
    而且把输出里的"visit"记作"这次来访"
    而且黎里镇执行"case open {事项生育登记} --subject {城司村} --name 虚构甲 --visit {这次来访} --staff 周主任"
    而且黎里镇执行"visit show {这次来访}"
    那么屏幕上有"初次兵役登记"
    而且屏幕上有"生育登记"

  场景: 驿站有时间表，上门服务派给两个人
    当城司村执行"timetable add station --days sat --hours 09:00-11:00 --place 老街驿站 --types 综合 --staff 周主任"
    而且城司村执行"timetable list"
    那么屏幕上有"老街驿站"

  场景: 政府信息公开申请登记，有答复期限
    当城司村执行"book add --kind information --channel letter --about 某项目批复 --name 虚构甲 --staff 周主任"
    而且把输出里的"id"记作"申请号"
    而且城司村执行"book show {申请号}"
    那么屏幕上有"某项目批复"

  场景: 没有登记过的号，答复不了
    那么城司村执行"book answer T2024-999999 --text 已办 --staff 周主任"被拒绝，原因是not_found
