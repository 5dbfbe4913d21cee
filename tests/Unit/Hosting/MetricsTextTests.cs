using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Stoa.Server.Hosting.Telemetry;
using Xunit;

namespace Unit.Hosting;

public sealed partial class MetricsTextTests : IAsyncDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Meter meter;
    private readonly MetricsText metrics;

    public MetricsTextTests()
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        meter = factory.Create("Stoa.Tests");
        metrics = new MetricsText(factory, NullLogger<MetricsText>.Instance);
    }

    public ValueTask DisposeAsync()
    {
        metrics.Dispose();
        return services.DisposeAsync();
    }

    [Fact]
    public void A_counter_adds_up_and_ends_in_total()
    {
        var counter = meter.CreateCounter<long>("stoa.messages.sent", unit: "{message}", description: "Messages sent.");
        counter.Add(2);
        counter.Add(3);

        Assert.Equal("# HELP stoa_messages_sent_total Messages sent.\n# TYPE stoa_messages_sent_total counter\nstoa_messages_sent_total 5\n", Of("stoa_messages_sent"));
    }

    [Fact]
    public void Gauges_go_up_and_down_and_hold_their_last_value()
    {
        var sockets = meter.CreateUpDownCounter<int>("stoa.sockets");
        sockets.Add(3);
        sockets.Add(-1);
        var queue = meter.CreateGauge<double>("stoa.queue");
        queue.Record(7);
        queue.Record(4.5);

        Assert.EndsWith("# TYPE stoa_sockets gauge\nstoa_sockets 2\n", Of("stoa_sockets"), StringComparison.Ordinal);
        Assert.EndsWith("# TYPE stoa_queue gauge\nstoa_queue 4.5\n", Of("stoa_queue"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_histogram_counts_into_cumulative_buckets_with_bounds_included()
    {
        var histogram = meter.CreateHistogram("stoa.send.duration", "s", "Time.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (var value in (double[])[0.1, 0.5, 0.7, 1, 9])
            histogram.Record(value, new KeyValuePair<string, object?>("door", "http"));

        Assert.Equal(
            """
            # HELP stoa_send_duration_seconds Time.
            # TYPE stoa_send_duration_seconds histogram
            stoa_send_duration_seconds_bucket{door="http",le="0.5"} 2
            stoa_send_duration_seconds_bucket{door="http",le="1"} 4
            stoa_send_duration_seconds_bucket{door="http",le="+Inf"} 5
            stoa_send_duration_seconds_sum{door="http"} 11.3
            stoa_send_duration_seconds_count{door="http"} 5

            """, Of("stoa_send_duration"));
    }

    [Fact]
    public async Task A_histogram_stays_consistent_while_many_write_and_one_reads()
    {
        var histogram = meter.CreateHistogram<int>("stoa.parallel");
        var writers = Enumerable.Range(0, 4).Select(w => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
                histogram.Record(1, new KeyValuePair<string, object?>("writer", w % 2));
        })).ToArray();

        while (!Task.WhenAll(writers).IsCompleted)
            Check(Of("stoa_parallel"));
        await Task.WhenAll(writers);

        Assert.Contains("stoa_parallel_count{writer=\"0\"} 40000\n", Of("stoa_parallel"), StringComparison.Ordinal);
        Assert.Contains("stoa_parallel_sum{writer=\"1\"} 40000\n", Of("stoa_parallel"), StringComparison.Ordinal);

        // Every value is 1: at any moment the sum, the count and the first bucket are the same number.
        static void Check(string text)
        {
            foreach (var series in text.Split('\n').Where(static l => l.Contains("le=\"1\"", StringComparison.Ordinal) || l.Contains("_sum", StringComparison.Ordinal) || l.Contains("_count", StringComparison.Ordinal)).Chunk(3))
                Assert.Single(series.Select(static l => l.Split(' ')[1]).Distinct());
        }
    }

    [Fact]
    public void Help_and_labels_are_escaped_and_tags_in_any_order_are_one_series()
    {
        var counter = meter.CreateCounter<int>("stoa.odd", description: "a\\b\nc \"d\"");
        counter.Add(1, new("b.x", "q\"u\\o\nte"), new("a", true));
        counter.Add(1, new("a", true), new("b.x", "q\"u\\o\nte"));
        counter.Add(1, new("9", null), new("a_b", 1.5), new("a.b", "x"));

        Assert.Equal(
            "# HELP stoa_odd_total a\\\\b\\nc \"d\"\n# TYPE stoa_odd_total counter\n"
            + "stoa_odd_total{_9=\"\",a_b=\"1.5;x\"} 1\n"
            + "stoa_odd_total{a=\"true\",b_x=\"q\\\"u\\\\o\\nte\"} 2\n", Of("stoa_odd"));
    }

    [Fact]
    public void Series_are_bounded_and_what_goes_beyond_is_summed_up()
    {
        var counter = meter.CreateCounter<int>("stoa.flood");
        for (var i = 0; i < 5000; i++)
            counter.Add(1, new KeyValuePair<string, object?>("user", i));

        var lines = Of("stoa_flood").Split('\n', StringSplitOptions.RemoveEmptyEntries)[2..];

        Assert.Equal(1001, lines.Length);
        Assert.Equal("stoa_flood_total{otel_metric_overflow=\"true\"} 4000", lines[^1]);
    }

    [Fact]
    public void An_observable_instrument_is_asked_at_each_scrape_and_forgets_what_it_no_longer_reports()
    {
        List<Measurement<int>> reported = [new(1, new KeyValuePair<string, object?>("room", "a")), new(2, new KeyValuePair<string, object?>("room", "b"))];
        meter.CreateObservableGauge("stoa.rooms", () => reported);
        Assert.Contains("stoa_rooms{room=\"a\"} 1\nstoa_rooms{room=\"b\"} 2\n", Of("stoa_rooms"), StringComparison.Ordinal);

        reported.RemoveAt(0);
        Assert.EndsWith("gauge\nstoa_rooms{room=\"b\"} 2\n", Of("stoa_rooms"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_callback_that_throws_does_not_keep_the_others_from_being_read()
    {
        meter.CreateObservableGauge("stoa.broken", (Func<int>)(static () => throw new InvalidOperationException()));
        meter.CreateObservableGauge("stoa.whole", static () => 1);

        Assert.Contains("stoa_whole 1\n", metrics.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void Instruments_of_one_name_share_one_header_and_another_type_is_left_out()
    {
        meter.CreateCounter<int>("stoa.twice").Add(1, new KeyValuePair<string, object?>("from", "a"));
        services.GetRequiredService<IMeterFactory>().Create("Stoa.Other").CreateCounter<long>("stoa.twice").Add(2, new KeyValuePair<string, object?>("from", "b"));
        meter.CreateHistogram<int>("stoa.twice.total").Record(1);

        Assert.Equal("# HELP stoa_twice_total \n# TYPE stoa_twice_total counter\nstoa_twice_total{from=\"a\"} 1\nstoa_twice_total{from=\"b\"} 2\n", Of("stoa_twice"));
    }

    [Fact]
    public void Meters_of_other_hosts_and_of_strangers_are_left_out()
    {
        using var otherHost = new ServiceCollection().AddMetrics().BuildServiceProvider();
        otherHost.GetRequiredService<IMeterFactory>().Create("Stoa.Tests").CreateCounter<int>("stoa.elsewhere").Add(1);
        using var stranger = new Meter("Stranger");
        stranger.CreateCounter<int>("stoa.strange").Add(1);

        Assert.DoesNotContain("stoa_elsewhere", metrics.Render(), StringComparison.Ordinal);
        Assert.DoesNotContain("stoa_strange", metrics.Render(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_line_of_a_real_scrape_is_in_the_format()
    {
        meter.CreateGauge<double>("stoa.infinite").Record(double.PositiveInfinity);
        meter.CreateGauge<double>("stoa.nothing").Record(double.NaN);

        var text = metrics.Render();

        Assert.Contains("dotnet_gc_collections_total{", text, StringComparison.Ordinal);
        Assert.Contains("stoa_infinite +Inf\n", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n')[..^1], static line => Assert.Matches(Line(), line));
        var types = text.Split('\n').Where(static l => l.StartsWith("# TYPE", StringComparison.Ordinal)).Select(static l => l.Split(' ')[2]).ToList();
        Assert.Equal(types.Distinct(), types);
    }

    private string Of(string name) => string.Concat(metrics.Render().Split('\n').Where(l => l.Contains(name, StringComparison.Ordinal)).Select(static l => string.Create(CultureInfo.InvariantCulture, $"{l}\n")));

    [GeneratedRegex("""^(# HELP [a-zA-Z_][a-zA-Z0-9_]* .*|# TYPE [a-zA-Z_][a-zA-Z0-9_]* (counter|gauge|histogram)|[a-zA-Z_][a-zA-Z0-9_]*(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*")*\})? ([+-]Inf|NaN|-?[0-9.]+(E[+-]?[0-9]+)?))$""")]
    private static partial Regex Line();
}
