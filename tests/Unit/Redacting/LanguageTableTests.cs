using Stoa.Server.Messaging.Redacting;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Redacting;

public sealed class LanguageTableTests
{
    private static readonly string Folder = Path.Combine(SourceTree.Root, "src", "Stoa.Server", "Messaging", "Redacting", "Languages");
    private static readonly string Whole = File.ReadAllText(Path.Combine(Folder, "en.txt"));

    [Fact]
    public void Every_language_has_a_table_with_every_row()
    {
        var names = Directory.GetFiles(Folder).Order(StringComparer.Ordinal).Select(Path.GetFileNameWithoutExtension).ToList();
        Assert.Equal(["ar", "bn", "de", "en", "es", "fr", "hi-Latn", "hi", "pt", "ru", "tr", "zh"], names);
        Assert.Equal(names, LanguageTable.All.Select(static t => t.Name));
    }

    [Theory]
    [InlineData("slash: ", "slash: \n; ", "no such row")]
    [InlineData("slash: slash", "slash:  \n7: slash", "the row slash is empty")]
    [InlineData("pair: -", "pair: - and", "the row pair is empty, or both empty and not")]
    [InlineData("ending: -", "ending: com", "does not say which ending")]
    [InlineData("plus: plus", "plus: plus \u200b", "has an empty word")]
    [InlineData("plus: ", "pluss: ", "no such row")]
    [InlineData("100: ", "1000: ", "no such row")]
    public void A_malformed_table_is_refused(string there, string instead, string reason)
    {
        var broken = Whole.Replace("\n" + there, "\n" + instead, StringComparison.Ordinal);
        Assert.NotEqual(Whole, broken);
        using var file = new StringReader(broken);
        Assert.Contains(reason, Assert.Throws<FormatException>(() => LanguageTable.Read("en", file)).Message, StringComparison.Ordinal);
    }

    /// <summary>With the endings, prefixes and phrases that the tables allow.</summary>
    [Theory]
    [InlineData("найди в телеграмме dasha_92", "найди в телеграмме \u2022\u2022\u2022")]
    [InlineData("رقمي خمسة وعشرون ستة وثلاثون سبعة وأربعون ثمانية", "رقمي \u2022\u2022\u2022")]
    [InlineData("dasha нижнее подчеркивание k собака яндекс точка ру", "\u2022\u2022\u2022")]
    [InlineData("打13912345678找我", "打\u2022\u2022\u2022找我")]
    [InlineData("quatre-vingt-dix-sept ans et deux mois, puis trois", "quatre-vingt-dix-sept ans et deux mois, puis trois")]
    public void Words_are_told_as_the_tables_have_them(string text, string expected) =>
        Assert.Equal(expected, ContactScanner.Replace(text, new ContactScanner([]).Scan(text)));
}
