using System.Globalization;
using System.Text.RegularExpressions;
using Cluster.Clients;
using Xunit;

namespace Cluster.Records;

/// <summary>What servers wrote into their log folders, over all their starts.</summary>
public sealed partial class LogFiles(params string[] folders)
{
    /// <summary>Every acknowledged message went through the outbox: its number is in a messages.log at least once.</summary>
    public void Announce(Ledger ledger)
    {
        var announced = new HashSet<(long Conversation, long Seq)>();
        foreach (var line in Lines("messages*.log"))
        {
            // A line that a kill cut short has no end: the next one stands behind it.
            foreach (Match sent in Sent().Matches(line))
            {
                foreach (Match number in Number().Matches(sent.Groups[1].Value))
                    announced.Add((Parse(number.Groups[1]), Parse(number.Groups[2])));
            }
        }

        var missing = ledger.Acknowledged.Where(m => !announced.Contains((m.ConversationId, m.Seq))).ToList();
        Assert.True(missing.Count == 0, $"{missing.Count} of {ledger.Acknowledged.Count} acknowledged messages are in no messages.log, e.g. {missing.FirstOrDefault()}");
    }

    /// <summary>No line of any file holds the word.</summary>
    public void NeverSay(string word) =>
        Assert.DoesNotContain(Lines("*.log"), line => line.Contains(word, StringComparison.OrdinalIgnoreCase));

    private IEnumerable<string> Lines(string pattern) => folders
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, pattern))
        .SelectMany(static file =>
        {
            // The server may still hold it open.
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd().Split('\n');
        });

    private static long Parse(Group group) => long.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"messages\.sent((?: \d+:\d+)*)(?= |$)")]
    private static partial Regex Sent();

    [GeneratedRegex(@"(\d+):(\d+)")]
    private static partial Regex Number();
}
