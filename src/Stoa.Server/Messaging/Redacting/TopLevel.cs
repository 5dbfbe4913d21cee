using System.Collections.Frozen;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>What the last label of a host name is worth as a sign of one.</summary>
internal static class TopLevel
{
    /// <summary>Means nothing else, so that a blank beside the dot, or a comma for it, does not matter.</summary>
    private static readonly FrozenSet<string> Clear = Set("com net org info biz io ru xyz edu gov");

    /// <summary>General ones that mean a page of the web, or a place.</summary>
    private static readonly FrozenSet<string> Usual = Set(
        "com net org info biz edu gov mil int xyz io dev app online shop store site website blog tech club icu cloud studio academy " +
        "solutions photography gallery tours consulting mobi bio ink barcelona istanbul moscow paris berlin rio london nyc tokyo " +
        "koeln cologne hamburg wien amsterdam madrid miami vegas sydney melbourne bayern tirol budapest osaka taipei quebec boston " +
        "capetown durban joburg dubai doha helsinki stockholm swiss africa asia eus gal bzh scot wales jewelry florist lol guru " +
        "ninja wiki pics");

    /// <summary>General ones that people's pages have, and that are words at the end of a sentence as well.</summary>
    private static readonly FrozenSet<string> Words = Set(
        "bet market trade shopping dental clinic doctor lawyer legal tax finance loans money estate properties house homes rentals " +
        "apartments cars auto bike garden flowers pizza cafe bar pub kitchen recipes wine beer school education training university " +
        "camp family kids dog cool best sexy dating singles date love wedding gifts cards deals sale discount bargains reviews " +
        "guide tips how zone plus one pm cat top directory design software video systems art media email expert coffee restaurant " +
        "travel coach fitness yoga vip pro name press photos social chat link page space live fun world today life agency digital " +
        "services network");

    /// <summary>Endings of files as well.</summary>
    private static readonly FrozenSet<string> Files = Set("py rs sh md so cc zip pl ps mov cab pub bin dot ml mm st ai");

    /// <summary>Names of products that look like hosts; folded.</summary>
    private static readonly FrozenSet<string> Products = Set(
        "asp.net ado.net vb.net ml.net paint.net json.net nlog.net log4j.net c.net f.net node.js socket.io draw.io e.on x.org " +
        "system.io system.net java.io java.net");

    public static bool IsTopLevel(string label) => Lexicon.TopLevels.Contains(label);

    public static bool IsClear(string label) => Clear.Contains(label);

    /// <summary>Not a rare one, of which most are words first.</summary>
    public static bool IsUsual(string label) => label.Length == 2 || Usual.Contains(label) || Words.Contains(label);

    public static bool IsFile(string label) => Files.Contains(label);

    public static bool IsProduct(string host) => Products.Contains(host);

    /// <summary>Whether something beside the dot must say that this is a host.</summary>
    public static bool IsDoubtful(Reading text, string label) =>
        label.Length > 2 ? !Usual.Contains(label) : text.IsWord(label);

    private static FrozenSet<string> Set(string list) => list.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
