"""The parts of `make bench-peers` that need no server: the ladder of rates, the ratios, the table, the verdict and the plot."""
import pathlib
import sys
import types
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import peer_plot  # noqa: E402
import peer_table  # noqa: E402
import peers  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def run(rate, holds, p99=5.0, us_each=20.0, **verdict):
    faults = {name: 0 for name in peer_table.FAULTS}
    return {"rate": rate, "holds": holds, "client_was_the_limit": False, "clean": True, "complaint": "", "other_work": 0.02,
            "figures": {"delivery_p50_ms": p99 / 5, "delivery_p99_ms": p99, "ack_p50_ms": p99 / 5, "ack_p99_ms": p99, "messages_per_second": rate, "server_processor_us_each": us_each},
            "verdict": {"stored": 100, **faults, **verdict}}


def server(name, rounds, on_disk="nothing"):
    """`rounds`: (closed rate, highest rate) of each."""
    return {"name": name, "title": name.title(), "version": "1", "settings": "some", "before_ack": on_disk, "before_delivery": on_disk,
            "rounds": [{"closed": run(closed, True), "ladder": [run(1000, True, 0.9), run(highest, True, us_each=1e6 / highest), run(2 * highest, False, 900.0)]}
                       for closed, highest in rounds]}


def report(*servers):
    return {"commit": "abc", "seed": 1, "rounds": len(servers[0]["rounds"]), "seconds": 4.0, "left_out": {"nats": "go is missing"},
            "machine": {"processor": "A processor", "cores": 2, "kernel": "Linux 6"},
            "load": {"sessions": 250, "members": 2, "text_bytes": 120, "arrivals": "poisson", "latency_max_ms": 200}, "servers": list(servers)}


def measured(rate, limit):
    """A run of a server that holds rates up to its limit."""
    figures = {"unanswered": 0, "messages_refused": 0, "delivery_p99_ms": 5 if rate <= limit else 900, "ack_p99_ms": 5, "client_processor_share": 0.5}
    faults = {name: 0 for name in peer_table.FAULTS}
    return peers.Run(rate, {"runs": [{"figures": figures, "verdict": {"stored": 9, **faults}, "complaint": ""}]})


class Ladder(unittest.TestCase):
    def climb(self, limit, first=1000):
        return peers.climb(lambda rate: measured(rate, limit), first)

    def test_it_finds_the_highest_rate_within_a_tenth(self):
        for limit in (1000, 1001, 9_999, 52_000, 131_000):
            highest = max(each.rate for each in self.climb(limit) if each.holds)
            self.assertLessEqual(highest, limit)
            self.assertGreater(highest * 1.1, limit)

    def test_it_goes_down_from_a_first_rate_that_is_too_high(self):
        runs = self.climb(310)
        self.assertEqual([each.rate for each in runs], sorted(each.rate for each in runs))
        self.assertTrue(280 <= max(each.rate for each in runs if each.holds) <= 310)

    def test_a_rate_that_is_not_held_is_tried_once_more(self):
        limits = iter([0, 9, 0, 0, 9])
        measure = peers.tried(lambda rate: measured(rate, next(limits)))
        self.assertTrue(measure(5).holds)
        self.assertFalse(measure(5).holds)
        self.assertTrue(measure(5).holds)

    def test_it_ends_where_nothing_is_held(self):
        self.assertFalse(any(each.holds for each in self.climb(0)))

    def test_it_ends_where_everything_is_held(self):
        self.assertTrue(all(each.holds for each in self.climb(10 ** 9)))


class Runs(unittest.TestCase):
    def test_a_run_that_loses_a_message_or_ends_early_does_not_hold(self):
        self.assertTrue(measured(1, 1).holds)
        for name in ("lost", "unheard", "doubled", "foreign", "altered"):
            lossy = measured(1, 1)
            lossy.verdict[name] = 1
            self.assertFalse(lossy.holds, name)
        for figure in ("unanswered", "messages_refused"):
            lossy = measured(1, 1)
            lossy.figures[figure] = 1
            self.assertFalse(lossy.holds, figure)
        self.assertFalse(peers.Run(1, failure="the server closed the connection").holds)

    def test_messages_that_are_delivered_long_before_their_acks_do_not_hold(self):
        late = measured(1, 1)
        late.figures["ack_p99_ms"] = 6_000
        self.assertFalse(late.holds)

    def test_another_order_is_no_loss(self):
        other_order = measured(1, 1)
        other_order.verdict["reordered"] = 5
        self.assertTrue(other_order.holds)


class Conclusions(unittest.TestCase):
    bench = types.SimpleNamespace(busy=0, seed=1, commit="abc")

    def verdict(self, *servers):
        return peers.conclude(self.bench, report(*servers))

    def test_ratios_are_paired_within_rounds(self):
        ours, theirs = server("parley", [(1, 100), (1, 50)]), server("centrifugo-memory", [(1, 50), (1, 25)])
        self.assertEqual(peer_table.ratios(report(ours, theirs), "centrifugo-memory", peer_table.highest_rate), [2, 2])

    def test_it_passes_when_every_row_holds(self):
        conclusion = self.verdict(server("parley", [(60, 2000)]), server("centrifugo-memory", [(30, 1000)]), server("floor", [(100, 1)]))
        self.assertTrue(conclusion.passed, conclusion.parts)
        self.assertIn("nats is left out: go is missing", conclusion.parts)

    def test_it_fails_at_each_row(self):
        fast, peer, floor = server("parley", [(60, 2000)]), server("centrifugo-memory", [(30, 1000)]), server("floor", [(100, 1)])
        self.assertFalse(self.verdict(fast, server("centrifugo-memory", [(30, 1100)]), floor).passed)
        self.assertFalse(self.verdict(fast, peer, server("floor", [(120, 1)])).passed)
        for name in peer_table.FAULTS:
            faulty = server("parley", [(60, 2000)])
            faulty["rounds"][0]["ladder"][0]["verdict"][name] = 1
            self.assertFalse(self.verdict(faulty, peer, floor).passed, name)

    def test_a_peer_that_holds_no_rate_is_not_a_pass(self):
        peer = server("centrifugo-memory", [(30, 1000)])
        for each in peer["rounds"][0]["ladder"]:
            each["holds"] = False
        self.assertFalse(self.verdict(server("parley", [(60, 2000)]), peer).passed)


class Shown(unittest.TestCase):
    report = report(server("parley", [(60_000, 80_000), (50_000, 90_000)], "synced"), server("nats", [(2_000, 3_000), (2_100, 3_200)]))

    def test_the_table_has_a_row_for_each_server_with_spread_and_versions(self):
        table = peer_table.table(self.report)
        self.assertIn("| Parley | synced | 85,000 (80,000 to 90,000) | 1.00 (1.00 to 1.00) |", table)
        self.assertIn("| Nats | nothing | 3,100 (3,000 to 3,200) | 0.04 (0.04 to 0.04) |", table)
        self.assertIn("- Nats: 1. some.", table)
        self.assertIn("Other work took 2% (2% to 2%) of the machine's cores", table)
        self.assertIn("- nats is left out: go is missing", table)
        rows = [line for line in table.splitlines() if line.startswith("|")]
        self.assertEqual({line.count("|") for line in rows}, {len(peer_table.HEADS) + 1})

    def test_a_server_without_a_figure_has_a_dash(self):
        empty = server("floor", [(100, 1), (100, 1)])
        for result in empty["rounds"]:
            result["ladder"] = []
        self.assertIn("| Floor | nothing | – | – | – | – | 100 (100 to 100) |", peer_table.table(report(*self.report["servers"], empty)))

    def test_the_plot_is_well_formed_and_has_a_title_and_a_description(self):
        svg = xml.etree.ElementTree.fromstring(peer_plot.draw(self.report))
        self.assertEqual(svg.tag, SVG + "svg")
        self.assertEqual(svg.get("role"), "img")
        labels = [svg.find(f"{SVG}{name}").get("id") for name in ("title", "desc")]
        self.assertEqual(svg.get("aria-labelledby").split(), labels)
        self.assertIn("Parley holds 85,000 messages a second", svg.find(SVG + "desc").text)
        self.assertIn("prefers-color-scheme:dark", svg.find(SVG + "style").text)

    def test_a_curve_ends_with_the_first_rate_that_was_not_held(self):
        one_round = report(server("parley", [(60, 2000)]))
        self.assertEqual([(rate, holds) for rate, _, holds in peer_plot.curve(one_round["servers"][0], "p99")], [(1000, True), (2000, True), (4000, False)])

    def test_only_rates_that_most_rounds_measured_are_in_a_curve(self):
        self.assertEqual([rate for rate, _, _ in peer_plot.curve(self.report["servers"][0], "p99")], [1000])


if __name__ == "__main__":
    unittest.main()
