using Cluster.Processes;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

public sealed class TryRedactionTests
{
    [Fact]
    public async Task The_verb_tells_what_is_found_in_files_and_refuses_what_is_not_there()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        var file = Path.Combine(database.Folder, "examples.txt");
        await File.WriteAllTextAsync(file, "mail ana@example.org\n\nit costs 1,250.00 EUR\n", TestContext.Current.CancellationToken);

        var said = (await Verb.RunAsync(database, ["try-redaction", file, "--lines"])).Works().Output;

        Assert.Matches(@"examples\.txt\s+2\s+1\s+50\.0 %", said);
        Assert.Contains("- it costs 1,250.00 EUR", said, StringComparison.Ordinal);
        Assert.Matches("hostile texts: 500 of .*times as long", said);
        (await Verb.RunAsync(database, ["try-redaction", file + ".gone"])).Refuses("is not there");
        (await Verb.RunAsync(database, ["try-redaction"])).Refuses("usage", code: 2);
        (await Verb.RunAsync(database, ["try-redaction", file, "--loud"])).Refuses("usage", code: 2);
    }
}
