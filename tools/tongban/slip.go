package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/tools/client"
)

func (a *app) slipActions() []*cobra.Command {
	send := command(a, action[desk.SlipForm]{name: desk.PapersSent, short: "Send originals to another center, with a slip (物料流转单)",
		long:    "Send originals to another center, with a slip (物料流转单), before the case is handed over.\nWithout --paper every original that the office keeps here goes; what was only seen at the\ncounter is the applicant's.",
		example: "  tongban case papers-sent 320509111201.1.7 --paper photo --paper form=3 --courier 邮政 --waybill EX0000000001\n  tongban case papers-sent 320509111201.1.7 --to 320509111000",
		flags:   slipFlags})
	send.RegisterFlagCompletionFunc("to", a.complete(every(a.centerIDs)))
	return []*cobra.Command{send,
		command(a, action[desk.ScanForm]{name: desk.PapersArrived, short: "Say what was there when a slip of a case was scanned",
			long:    "Say what was there when a slip of a case was scanned. 'tongban slip scan' finds the case by\nthe slip alone.",
			example: "  tongban case papers-arrived 320509111201.1.7 --slip 320509111201.1.7-0-1 --missing photo",
			flags: func(f *pflag.FlagSet, form *desk.ScanForm) fill {
				f.StringVar(&form.Slip, "slip", "", "number of the slip")
				scanFlags(f, form)
				return nil
			}})}
}

func slipFlags(f *pflag.FlagSet, form *desk.SlipForm) fill {
	f.StringVar((*string)(&form.To), "to", "", "to which center (default: where the case goes next)")
	f.StringVar(&form.Courier, "courier", "", "who carries them")
	f.StringVar(&form.Waybill, "waybill", "", "the carrier's number (物流单号)")
	papers := f.StringArray("paper", nil, "ID or ID=SHEETS of a paper; result is the document issued (repeat it; default: every original here)")
	return func(*cobra.Command, *client.Client, string) error {
		for _, p := range *papers {
			id, sheets, counted := strings.Cut(p, "=")
			line := casefile.SlipLine{Material: id}
			if counted {
				n, err := strconv.Atoi(sheets)
				if err != nil || n < 1 {
					return usageError{fmt.Errorf("--paper %s: %q is no number of sheets", p, sheets)}
				}
				line.Sheets = n
			}
			form.Papers = append(form.Papers, line)
		}
		return nil
	}
}

func scanFlags(f *pflag.FlagSet, form *desk.ScanForm) {
	f.StringArrayVar(&form.Missing, "missing", nil, "id of a paper on the slip that was not there (repeat it)")
	f.StringVar(&form.Note, "note", "", "a note for the log")
}

func (a *app) slipCommand() *cobra.Command {
	return group("slip", "Papers on their way between centers", a.slipListCommand(), a.slipScanCommand())
}

func (a *app) slipListCommand() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: "list", Short: "List papers on their way from and to this center",
		Long:    "List papers on their way from and to this center, the oldest first, and those that came\nwith something missing: somebody has to look after each of them.",
		Example: "  tongban slip list\n  tongban slip list --all",
		Args:    usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(a, cmd, get("/v1/slips", client.Params("all", fmt.Sprint(all))), func(w io.Writer, c *client.Client, slips []desk.SlipView) {
				if len(slips) == 0 {
					fmt.Fprintln(w, "no papers are on their way")
					return
				}
				names := namesOf(cmd, c)
				t := table{head: []string{"SLIP", "ITEM", "FROM", "TO", "SENT", "WORKING DAYS", "PAPERS", ""}}
				for _, s := range slips {
					var papers []string
					for _, p := range s.Papers {
						papers = append(papers, fmt.Sprintf("%s×%d", p.Name, p.Sheets))
					}
					fate := map[bool]string{true: "due here", false: "not yet scanned there"}[s.Due]
					if s.Arrived != nil {
						fate = join(", ", "scanned "+clockText(s.Came), yes(len(s.Arrived.Missing) > 0, "MISSING "+strings.Join(s.Arrived.Missing, " ")))
					}
					t.row(s.Slip.Slip, s.Name, names.name(s.From), names.name(s.To), clockText(s.At), s.Days, strings.Join(papers, " "),
						join(", ", fate, s.Courier, s.Waybill))
				}
				t.write(w)
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "those too that came whole")
	return cmd
}

func (a *app) slipScanCommand() *cobra.Command {
	var form desk.ScanForm
	var x acting
	cmd := &cobra.Command{
		Use: "scan NUMBER", Short: "Scan a slip that came here: its number says of which case",
		Example:           "  tongban slip scan 320509108201.1.3-0-1\n  tongban slip scan 320509108201.1.3-0-1 --missing photo --note 信封破损",
		Args:              usage(cobra.ExactArgs(1)),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	scanFlags(cmd.Flags(), &form)
	x.flags(a, cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		by, err := x.by()
		if err != nil {
			return err
		}
		c, err := a.connect()
		if err != nil {
			return err
		}
		form.Slip = args[0]
		return a.act(cmd, c, "/v1/slips/scan", by, form, x.quiet)
	}
	return cmd
}
