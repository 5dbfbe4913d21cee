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
        var file = Path.Combine(database.Folder, "xx.txt");
        await File.WriteAllTextAsync(
            file,
            "[email]\nmail ana@example.org\nben@example.org\nmail eve@example.org\n\n[innocents]\nit costs 1,250.00 EUR\n",
            TestContext.Current.CancellationToken);

        var said = (await Verb.RunAsync(database, ["try-redaction", file, "--lines"])).Works().Output;

        Assert.Matches(@"language\s+class\s+lines\s+found\s+share\s+apart\s+found\s+share", said);
        Assert.Matches(@"xx\s+email\s+\d\s+\d\s", said);
        Assert.Matches(@"xx\s+RECALL", said);
        Assert.Matches(@"all\s+FALSE ALARMS\s+\d\s+0\s", said);
        Assert.Matches(@"\d µs a line", said);
        Assert.Matches("hostile texts: 1184 of .*times as long", said);
        (await Verb.RunAsync(database, ["try-redaction", file + ".gone"])).Refuses("is not there");
        (await Verb.RunAsync(database, ["try-redaction"])).Refuses("usage", code: 2);
        (await Verb.RunAsync(database, ["try-redaction", file, "--loud"])).Refuses("usage", code: 2);
    }
}
