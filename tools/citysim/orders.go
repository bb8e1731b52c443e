package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/tools/client"
)

// orderTag marks the simulation's own commands in the journal, as their staff.
const orderTag = "order-"

// orders brings commands to the Register while voters die: entries of the
// directory by each center, rules and new item versions by the district.
func (c *city) orders(ctx context.Context, book *ledger, rng *rand.Rand) {
	for n := 1; ctx.Err() == nil; n++ {
		tag := fmt.Sprintf("%s%d", orderTag, n)
		try, cancel := context.WithTimeout(ctx, callTimeout)
		o := c.order(try, rng, tag)
		cancel()
		book.ordered(tag, o)
		select {
		case <-time.After(100*time.Millisecond + time.Duration(rng.Int64N(int64(400*time.Millisecond)))):
		case <-ctx.Done():
		}
	}
}

// order makes one command and says what was answered.
func (c *city) order(ctx context.Context, rng *rand.Rand, tag string) order {
	center := wujiang
	var result register.Result
	var err error
	switch kind := rng.IntN(8); {
	case kind == 0:
		result, err = c.newVersion(ctx, rng, tag)
	case kind < 3:
		result, err = c.at(wujiang).SetRule(ctx, tag, wujiang.Area(), rule.Rule{Key: rule.YellowBefore, Value: 1 + rng.Int64N(3)})
	default:
		center = pick(rng, everyone)
		result, err = c.at(center).UpdateCenter(ctx, center, client.CenterWords{Telephone: fmt.Sprintf("0512-%08d", rng.IntN(1e8)), Staff: tag})
	}
	o := order{by: center, code: "no answer"}
	switch code := client.CodeOf(err); {
	case err == nil:
		o.index, o.code = result.Index, string(result.Outcome.Code())
	case code != "":
		o.code = string(code)
	}
	return o
}

// newVersion publishes a changed version of an item under which cases are open.
func (c *city) newVersion(ctx context.Context, rng *rand.Rand, tag string) (register.Result, error) {
	it := c.items["D04"]
	it.Conditions = append([]string(nil), it.Conditions...)
	for i, condition := range it.Conditions {
		if strings.HasPrefix(condition, "登记满") {
			it.Conditions[i] = fmt.Sprintf("登记满 %d 个月", 1+rng.IntN(24))
		}
	}
	done, err := c.at(wujiang).PublishItems(ctx, clerk, tag, tag, it)
	if err != nil || len(done) != 1 || done[0].Result == nil {
		return register.Result{}, err
	}
	return *done[0].Result, nil
}
