using System.Diagnostics;
using System.Globalization;
using Stoa.Load.Clients;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios;

/// <summary>Whether the time of an answer tells that an account is there: log-in, forgotten password, registration.</summary>
/// <remarks>
/// One connection asks for a known and an unknown account in turn, which comes first by lot. bcrypt at its lowest cost: a constant 0.2 s would
/// only hide the differences this looks for.
/// </remarks>
public sealed class Timing : Scenario
{
    private const double Doubt = 0.01;
    private const int WarmUp = 300;
    private const int Seed = 20_260_115;

    // As many accounts as let each be asked for twice: the limits per account must not answer instead.
    private static Dictionary<string, string> Settings(LoadOptions options) => new(StringComparer.Ordinal)
    {
        ["Passwords__BcryptRounds"] = options.Bcrypt.ToString(CultureInfo.InvariantCulture),
        ["Accounts__LogInsPerMinute"] = "1000000",
        ["PasswordReset__MaxPerHour"] = "1000",
        ["PasswordReset__MaxPerClientPerHour"] = "100000",
    };

    public override string Name => "timing";

    public override string Summary => "whether the time of log-in, forgotten password and registration tells known accounts from unknown ones";

    protected override Report NewReport(LoadOptions options) => new(options.Section)
    {
        Columns =
        [
            "database", "question", "median known ms", "median unknown ms", "difference of medians µs, 95 %", "known slower (0.5: never told)", "p (Mann-Whitney)", "verdict",
        ],
    };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        report.Fact("samples", string.Create(CultureInfo.InvariantCulture, $"{options.Samples} of each kind, interleaved, after {WarmUp} that are not counted; bcrypt at cost {options.Bcrypt}"));
        foreach (var product in options.Databases)
        {
            await using var postgres = product == "postgres" ? await PrivatePostgres.StartAsync(work) : null;
            await using var database = await BenchDatabase.NewAsync(work, postgres);
            await using var server = await ServerUnderTest.StartAsync(database.Url, database.Folder, options.ServerCpus, Settings(options));
            var accounts = await Account.RegisterAsync(server.Address, Math.Max(1, options.Samples / 2));
            using var http = await HttpConnection.OpenAsync(server.Address);
            foreach (var question in Questions(accounts.Count).Where(q => q.Name.Contains(options.Only, StringComparison.Ordinal)))
                await AskAsync(product, question, http, options.Samples, report);
        }

        report.Note("Read: two kinds are *not told apart* when p is at least 0.01. `unknown twice` compares unknown accounts with unknown ones: what chance alone gives. "
            + "`registration` answers 400 for a taken address and 201 for a free one by contract, so its time tells nothing that its text does not; its row shows that the test sees a difference where there is one.");
    }

    private static async Task AskAsync(string product, Question question, HttpConnection http, int samples, Report report)
    {
        var order = new Random(Seed);
        var (known, unknown) = (new List<double>(samples), new List<double>(samples));
        for (var i = -WarmUp; i < samples; i++)
        {
            var knownFirst = order.Next(2) == 0;
            for (var turn = 0; turn < 2; turn++)
            {
                var isKnown = (turn == 0) == knownFirst;
                var (name, status) = isKnown ? (question.Known(i + WarmUp), question.KnownStatus) : (question.Unknown(i + WarmUp), question.UnknownStatus);
                var request = HttpConnection.Request("POST", question.Path, null, question.Body(name));
                var began = Stopwatch.GetTimestamp();
                var answered = await http.ExchangeAsync(request);
                var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                if (answered != status)
                    report.Fail($"{product}, {question.Name}: {name} was answered {answered} instead of {status}.");
                if (i >= 0)
                    (isKnown ? known : unknown).Add(took);
            }
        }

        Judge(product, question, new TwoSamples(known, unknown), report);
    }

    private static void Judge(string product, Question question, TwoSamples samples, Report report)
    {
        var (low, high) = samples.DifferenceOfMedians(Seed);
        var isTold = samples.Probability < Doubt;
        report.Row(
            product, question.Name, Text(samples.MedianOfOne, "0.000"), Text(samples.MedianOfOther, "0.000"), $"{Text(low * 1000, "0.0")} to {Text(high * 1000, "0.0")}",
            Text(samples.Advantage, "0.000"), Text(samples.Probability, "0.0000"), isTold ? "told apart" : "not told apart");
        Progress($"{product} {question.Name}: p {Text(samples.Probability, "0.0000")}, advantage {Text(samples.Advantage, "0.000")}");
        if (isTold && !question.MayTell)
            report.Fail($"{product}, {question.Name}: the time tells known from unknown accounts.");
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static IEnumerable<Question> Questions(int accounts)
    {
        string Known(int i) => string.Create(CultureInfo.InvariantCulture, $"load-{i % accounts}");
        string Unknown(string kind, int i) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{i}");

        // Unknown names come again as often as known ones: a second wrong try is counted up, a first one is written down.
        yield return new("log-in", "/auth/login", static n => $$"""{"username":"{{n}}","password":"not-the-one"}""", Known, i => Unknown("nobody", i % accounts), 401, 401, false);
        yield return new("forgotten password", "/auth/forgot-password", static n => $$"""{"email":"{{n}}@example.org"}""", Known, i => Unknown("nobody", i), 200, 200, false);
        yield return new("unknown twice", "/auth/forgot-password", static n => $$"""{"email":"{{n}}@example.org"}""", i => Unknown("no-one", i), i => Unknown("nobo", i), 200, 200, false);

        // A new user name either way; the address is what is taken or free.
        yield return new(
            "registration", "/auth/register", static n => $$"""{"username":"{{Guid.NewGuid():N}}","email":"{{n}}@example.org","password":"correct-horse"}""",
            Known, i => Unknown("free", i), 400, 201, true);
    }

    /// <param name="Known">The name or address of an account for the nth request; <paramref name="Unknown"/>: of none.</param>
    /// <param name="MayTell">True where the contract's answers differ anyway.</param>
    private sealed record Question(
        string Name, string Path, Func<string, string> Body, Func<int, string> Known, Func<int, string> Unknown, int KnownStatus, int UnknownStatus, bool MayTell);
}
