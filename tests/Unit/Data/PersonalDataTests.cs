using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Core.Privacy;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Data;

/// <summary>What the record holds of people is a list that the build checks.</summary>
public sealed class PersonalDataTests
{
    [Fact]
    public void Every_column_of_every_table_is_marked_or_named_as_plain_exactly_once()
    {
        using var db = Model();
        foreach (var entity in db.Model.GetEntityTypes())
        {
            var marked = Assert.Single(PersonalData.Tables, t => t.Entity == entity.ClrType);
            var named = marked.Personal.Select(static c => c.Property).Concat(marked.PlainColumns).ToList();
            var isOwnerMarked = marked.Owner is null || marked.Through is not null || named.Contains(marked.Owner);
            Assert.True(isOwnerMarked, $"{entity.ClrType.Name}: {marked.Owner} is not among its columns");
            Assert.Equal(entity.GetProperties().Select(static p => p.Name).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        }

        Assert.Equal(db.Model.GetEntityTypes().Count(), PersonalData.Tables.Count);
    }

    [Fact]
    public void Whose_rows_they_are_names_columns_with_an_accounts_id()
    {
        using var db = Model();
        foreach (var table in PersonalData.Tables.Where(static t => t.Owner is not null))
        {
            var owning = db.Model.FindEntityType(table.Through?.Entity ?? table.Entity)!;
            foreach (var name in table.AlsoDeletedWith.Append(table.Owner!))
                Assert.Contains(owning.FindProperty(name)!.ClrType, (Type[])[typeof(long), typeof(long?)]);
        }
    }

    [Fact]
    public void Every_setting_that_a_mark_names_is_one()
    {
        var keys = new Stoa.Server.Hosting.Settings.StoaSettings();
        foreach (var key in PersonalData.Tables.SelectMany(static t => t.Until.Split('`').Where(static (_, i) => i % 2 == 1)))
        {
            var area = keys.GetType().GetProperty(key.Split(':')[0])?.GetValue(keys);
            Assert.NotNull(area?.GetType().GetProperty(key.Split(':')[1]));
        }
    }

    [Fact]
    public void Privacy_md_is_made_from_the_marks()
    {
        var path = Path.Combine(SourceTree.Root, "docs", "privacy.md");
        using var db = Model();
        var page = Page(db);
        if (Environment.GetEnvironmentVariable("STOA_WRITE_DOCS") == "1")
            File.WriteAllText(path, page);

        Assert.True(File.Exists(path) && File.ReadAllText(path) == page, "docs/privacy.md is not what the marks say: STOA_WRITE_DOCS=1 ./test --filter-class '*PersonalDataTests' writes it");
    }

    private static StoaDb Model() => StoaDbServices.Open(DatabaseUrl.File(Path.Combine(Path.GetTempPath(), "never-opened.db")));

    private static string Page(StoaDb db)
    {
        var page = new StringBuilder("""
            # What the record holds of people

            Made from the marks in `src/Stoa.Core/Privacy/`; a test compares the two, and fails when a column of the model has no mark. Every column is listed there, also those
            that tell nothing of a person.

            - **All of it in one's hands**: `GET /auth/me/export` (also `/api/v1/analytics/export/user-data`) answers one JSON document with the caller's rows of every table
              below. Secrets (hashes and sealed values) are left out; of conversations it holds what the caller wrote, because the rest is the others'.
            - **Gone**: `POST /auth/me/delete` with the password, and the code where a second step is on; an administrator deletes with `DELETE /auth/users/{id}`. One transaction;
              every session ends. "Erasing" says what it does to each table. Conversations stay readable for the others, with a sender called "Unknown".
            - **Until when**: what the settings name goes every hour ([configure.md](configure.md)). Backups keep what they hold: delete them on a schedule of your own.
            - **Who sees it**: a profile's fields as its owner says (`PUT /users/me/privacy`); files of the server belong to its account alone (umask 077).

            | table | whose | kept | erasing |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var table in PersonalData.Tables.Where(static t => t.Personal.Count > 0))
            page.Append('|').AppendJoin('|', $" `{Name(db, table)}` ", $" {Whose(table)} ", $" {table.Until} ", $" {Erasing(table)} ").Append("|\n");
        page.Append("\n## Column by column\n\n| table | columns | what | why | |\n|---|---|---|---|---|\n");
        foreach (var table in PersonalData.Tables)
        {
            foreach (var mark in table.Personal.GroupBy(static c => (c.What, c.Why, c.IsSecret, c.IsKept)))
            {
                var columns = string.Join(", ", mark.Select(c => $"`{db.Model.FindEntityType(table.Entity)!.FindProperty(c.Property)!.GetColumnName()}`"));
                page.Append('|').AppendJoin('|', $" `{Name(db, table)}` ", $" {columns} ", $" {mark.Key.What} ", $" {mark.Key.Why} ", mark.Key.IsSecret ? " secret " : mark.Key.IsKept ? " stays " : " ").Append("|\n");
            }
        }

        return page.ToString();
    }

    private static string Name(StoaDb db, MarkedTable table) => db.Model.FindEntityType(table.Entity)!.GetTableName()!;

    private static string Whose(MarkedTable table) => table.Owner is null ? "nobody's in particular" : table.Through is null ? $"`{table.Owner}`" : $"`{table.Owner}` of its {table.Through.Value.Entity.Name.ToLowerInvariant()}";

    private static string Erasing(MarkedTable table) => table.Erasure switch
    {
        OnErasure.Delete => "rows go" + (table.AlsoDeletedWith.Count > 0 ? ", also those the person caused" : ""),
        OnErasure.Empty => "personal columns are emptied",
        _ => table.Owner is null ? "" : "stays: " + table.Personal[0].Why,
    };
}
