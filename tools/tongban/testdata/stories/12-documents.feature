# language: zh-CN
功能: 文书、编号、进度
  每份文书有号、有码，扫码能验；进度凭查询密码看，看不到别人的信息。

  场景: 可以打印的文书列得出来，A4 和小票都能打，英文也有
    当"虚构甲"在同里镇申请"签注居住证"：
      | 属地     | 叶建村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
      | 当场受理 |            |
    而且同里镇执行"notice list {该件}"
    那么屏幕上有"acceptance"
    当同里镇执行"notice print {该件} acceptance --format a4 -o {目录}/{该件}.html"
    而且同里镇执行"notice print {该件} receipt --format receipt --lang en -o {目录}/{该件}-r.html"
    那么办件记录里有accepted

  场景: 没有发生的事，打不出文书
    当"虚构甲"在同里镇申请"签注居住证"：
      | 属地     | 叶建村      |
      | 情形     | filer=self |
      | 材料齐全 |            |
    那么同里镇执行"case print {该件} decision"被拒绝，原因是nothing_open
