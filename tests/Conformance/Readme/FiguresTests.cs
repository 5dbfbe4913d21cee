using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Redis;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Readme;

/// <summary>The tables of the READMEs against the code: limits, meters, log events. Each table is complete.</summary>
public sealed class FiguresTests
{
    private static Func<(object Options, IEnumerable<string> Problems)> Options(string package, Action<object> change) => () =>
    {
        object options = package switch
        {
            "Stoa.SocketIO" => new SocketIOOptions { Recovery = new RecoveryOptions() },
            "Stoa.SocketIO.Redis" => new RedisAdapterOptions(),
            _ => new SqlAdapterOptions(),
        };
        change(options);
        return (options, options switch
        {
            SocketIOOptions server => server.Problems(),
            RedisAdapterOptions redis => redis.Problems(),
            _ => ((SqlAdapterOptions)options).Problems(),
        });
    };

    public static TheoryData<string, string, string, string> Limits() =>
        [.. Pages.Packages.SelectMany(p => Pages.Rows(p).Where(r => r.Value.Length == 3).Select(r => new TheoryDataRow<string, string, string, string>(p, r.Key, r.Value[1], r.Value[2])))];

    [Theory]
    [MemberData(nameof(Limits))]
    public void A_limit_has_the_default_and_the_range_that_its_row_says(string package, string option, string range, string standard)
    {
        var (least, most) = (Number(range.Split(" to ")[0]), Number(range.Split(" to ")[1]));
        Assert.Equal(Number(standard), Get(Options(package, _ => { })().Options, option));
        Assert.False(IsRefused(least));
        Assert.False(IsRefused(most));
        Assert.True(IsRefused(least - 1));
        Assert.True(IsRefused(most + 1));

        bool IsRefused(long value) => Options(package, o => Set(o, option, value))().Problems.Any(p => p.Contains(option.Split('.')[^1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Stoa.SocketIO")]
    [InlineData("Stoa.SocketIO.Redis")]
    [InlineData("Stoa.SocketIO.Sql")]
    public void Every_number_and_duration_that_can_be_set_has_a_row(string package)
    {
        var options = Options(package, _ => { })().Options;
        var settable = Settable(options.GetType(), "").ToList();
        if (package == "Stoa.SocketIO")
            settable.AddRange(Settable(typeof(RecoveryOptions), "Recovery."));
        Assert.Equal(settable.Order(), Pages.Rows(package).Where(r => r.Value.Length == 3).Select(r => r.Key).Order());

        static IEnumerable<string> Settable(Type type, string prefix) =>
            type.GetProperties().Where(p => p.PropertyType == typeof(int) || p.PropertyType == typeof(long) || p.PropertyType == typeof(TimeSpan)).Select(p => prefix + p.Name);
    }

    [Theory]
    [InlineData("Stoa.SocketIO")]
    [InlineData("Stoa.SocketIO.Redis")]
    [InlineData("Stoa.SocketIO.Sql")]
    public void Every_instrument_of_the_meter_has_a_row(string package)
    {
        var names = new HashSet<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == package)
                    lock (names)
                        names.Add(instrument.Name);
            },
        };
        listener.Start();
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        object[] all = [new EngineMetrics(meters), new RedisMetrics(meters), new SqlMetrics(meters)];

        Assert.Equal(3, all.Length);
        lock (names)
            Assert.Equal(names.Order(), Pages.Rows(package).Keys.Where(k => k.StartsWith("stoa.", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [InlineData("Stoa.SocketIO")]
    [InlineData("Stoa.SocketIO.Redis")]
    [InlineData("Stoa.SocketIO.Sql")]
    public void Every_log_event_has_a_row_with_its_level(string package)
    {
        var assembly = package switch
        {
            "Stoa.SocketIO" => typeof(SocketIOServer).Assembly,
            "Stoa.SocketIO.Redis" => typeof(RedisAdapterOptions).Assembly,
            _ => typeof(SqlAdapterOptions).Assembly,
        };
        var events = assembly.GetTypes().SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().Select(a => $"{a.EventName}: {a.Level}");
        var rows = Pages.Rows(package).Where(r => r.Value.Length == 2).Select(r => $"{r.Key}: {r.Value[0]}").ToList();
        Assert.NotEmpty(rows);
        Assert.Equal(events.Order(), rows.Order());
    }

    private static long Get(object options, string path)
    {
        var (owner, property) = Find(options, path);
        return property.GetValue(owner) is TimeSpan time ? (long)time.TotalMilliseconds : Convert.ToInt64(property.GetValue(owner), CultureInfo.InvariantCulture);
    }

    private static void Set(object options, string path, long value)
    {
        var (owner, property) = Find(options, path);
        property.SetValue(owner, property.PropertyType == typeof(TimeSpan) ? TimeSpan.FromMilliseconds(value) : Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture));
    }

    private static (object Owner, PropertyInfo Property) Find(object options, string path) => path.Split('.') switch
    {
        [var name] => (options, options.GetType().GetProperty(name)!),
        [var outer, var name] when options.GetType().GetProperty(outer)!.GetValue(options) is { } owner => (owner, owner.GetType().GetProperty(name)!),
        _ => throw new ArgumentException($"There is no {path}."),
    };

    /// <summary>A number, or a duration in milliseconds.</summary>
    private static long Number(string text)
    {
        var parts = text.Split(' ');
        var number = long.Parse(parts[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        return parts.ElementAtOrDefault(1) switch
        {
            null or "bytes" or "characters" or "ms" => number,
            "s" => number * 1_000,
            "min" => number * 60_000,
            "h" => number * 3_600_000,
            "KiB" => number << 10,
            "MiB" => number << 20,
            "GiB" => number << 30,
            var unit => throw new FormatException($"The unit {unit} is not known."),
        };
    }
}
