using System.Globalization;

namespace Stoa.Load;

/// <summary>The command line: a scenario, then <c>--name value</c> pairs; every one has a default.</summary>
public sealed class LoadOptions
{
    private static readonly string[] Known =
    [
        "database", "senders", "over", "seconds", "warm-up", "rounds", "conversations", "floor-writers", "starts", "idle-seconds", "samples", "bcrypt",
        "server-cpus", "generator-cpus", "folder", "section", "only", "peers", "write",
    ];

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    private LoadOptions(string scenario, string commandLine)
    {
        Scenario = scenario;
        CommandLine = commandLine;
    }

    public string Scenario { get; }

    /// <summary>As it can be typed again from the root of the repository.</summary>
    public string CommandLine { get; }

    public IReadOnlyList<string> Databases => List("database", "sqlite", "sqlite", "postgres");

    /// <summary>Doors that messages go through.</summary>
    public IReadOnlyList<string> Over => List("over", "http", "http", "socket");

    public IReadOnlyList<int> Senders => [.. Text("senders", "32").Split(',').Select(s => Number("senders", s, 1, 10_000))];

    public TimeSpan Length => TimeSpan.FromSeconds(Number("seconds", Text("seconds", "10"), 1, 3600));

    public TimeSpan WarmUp => TimeSpan.FromSeconds(Number("warm-up", Text("warm-up", "3"), 0, 600));

    public int Rounds => Number("rounds", Text("rounds", "3"), 1, 100);

    /// <summary>How many conversations everybody shares; 0: one for every two senders.</summary>
    public int Conversations => Number("conversations", Text("conversations", "0"), 0, 10_000);

    /// <summary>Connections that write the PostgreSQL floor.</summary>
    public int FloorWriters => Number("floor-writers", Text("floor-writers", "1"), 1, 16);

    public int Starts => Number("starts", Text("starts", "5"), 1, 100);

    /// <summary>Requests of each kind that <c>timing</c> compares.</summary>
    public int Samples => Number("samples", Text("samples", "2000"), 10, 100_000);

    /// <summary>The cost of bcrypt in <c>timing</c>, <c>logins</c> and <c>logins-beside</c>; elsewhere it is the lowest.</summary>
    public int Bcrypt => Number("bcrypt", Text("bcrypt", "4"), 4, 16);

    public TimeSpan IdleLength => TimeSpan.FromSeconds(Number("idle-seconds", Text("idle-seconds", "10"), 0, 3600));

    /// <summary>Processors for the server and for this program, in the notation of taskset(1); null: all.</summary>
    public string? ServerCpus => values.GetValueOrDefault("server-cpus");

    public string? GeneratorCpus => values.GetValueOrDefault("generator-cpus");

    /// <summary>Where databases are made: this disk is measured.</summary>
    public string Folder => Text("folder", Path.GetTempPath());

    /// <summary>Servers that answer S1's mailbox routes beside ours.</summary>
    public IReadOnlyList<string> Peers => List("peers", "fastify,fastapi,bare", "fastify", "fastapi", "bare");

    /// <summary>Only the questions whose name holds this text.</summary>
    public string Only => Text("only", "");

    /// <summary>The section of the results file.</summary>
    public string Section => Text("section", Scenario);

    public bool Write => values.ContainsKey("write");

    /// <exception cref="ArgumentException">Names the option that is unknown or out of range.</exception>
    public static LoadOptions Parse(IReadOnlyList<string> arguments)
    {
        if (arguments is not [var scenario, ..])
            throw new ArgumentException("A scenario is missing.");
        var options = new LoadOptions(scenario, $"dotnet run -c Release --project benchmarks/Load -- {string.Join(' ', arguments.Select(Quoted))}");
        for (var i = 1; i < arguments.Count; i++)
        {
            var name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][2..] : "";
            if (!Known.Contains(name))
                throw new ArgumentException($"Unknown option {arguments[i]}; known are --{string.Join(", --", Known)}");
            if (name == "write")
                options.values[name] = "";
            else
                options.values[name] = ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"--{name} needs a value");
        }

        options.Check();
        return options;
    }

    /// <summary>Reads every value once, so that a wrong one stops the command before anything is started.</summary>
    private void Check()
    {
        _ = (Databases, Over, Peers, Senders, Length, WarmUp, Rounds, Conversations, FloorWriters, Starts, Samples, Bcrypt, IdleLength);
        if (!Directory.Exists(Folder))
            throw new ArgumentException($"--folder: {Folder} does not exist");
    }

    private static string Quoted(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"'{argument}'" : argument;

    private string Text(string name, string otherwise) => values.GetValueOrDefault(name, otherwise);

    private string[] List(string name, string otherwise, params string[] allowed)
    {
        var list = Text(name, otherwise).Split(',');
        return list.FirstOrDefault(item => !allowed.Contains(item)) is { } wrong
            ? throw new ArgumentException($"--{name}: {wrong} is none of {string.Join(", ", allowed)}")
            : list;
    }

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new ArgumentException($"--{name}: {text} is not a whole number from {least} to {most}");
}
