using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Stoa.Core.Privacy;

namespace Stoa.Core.Data;

/// <summary>Some rows of one table that belong to an account.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Rows">Column names and values: text, number, truth, time, date, or JSON as the record holds it.</param>
public sealed record ExportedRows(string Table, IReadOnlyList<IReadOnlyDictionary<string, object?>> Rows);

/// <summary>Everything the record holds of a person, by the marks of <see cref="PersonalData"/> (GDPR Articles 15 and 20).</summary>
/// <remarks>
/// Their own rows, and of messages those they wrote: what others wrote is the others'. Secrets (<see cref="PersonalColumn.IsSecret"/>) are left out: they tell
/// nothing and open something. Read in pages by key, so neither memory nor an open read grows with the account.
/// </remarks>
public sealed class ExportAccount(StoaDb db)
{
    private const int PageSize = 500;
    private static readonly MethodInfo Pages = typeof(ExportAccount).GetMethod(nameof(PagesAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;

    /// <summary>Table by table, in the order of the marks; a table without rows comes once, empty.</summary>
    public async IAsyncEnumerable<ExportedRows> ReadAsync(long userId, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var table in PersonalData.Tables.Where(static t => t is { Owner: not null, Through: null }))
        {
            var pages = (IAsyncEnumerable<ExportedRows>)Pages.MakeGenericMethod(table.Entity).Invoke(this, [table, userId, cancellation])!;
            await foreach (var page in pages.WithCancellation(cancellation))
                yield return page;
        }
    }

    private async IAsyncEnumerable<ExportedRows> PagesAsync<T>(MarkedTable table, long userId, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        var entity = db.Model.FindEntityType(typeof(T))!;
        var columns = Columns(entity, table);
        var key = entity.FindPrimaryKey()!.Properties[0];
        var owner = table.Owner!;
        var isOptional = entity.FindProperty(owner)!.IsNullable;
        for (long? after = null; ;)
        {
            var mine = db.Set<T>().AsNoTracking();
            mine = isOptional ? mine.Where(e => EF.Property<long?>(e, owner) == userId) : mine.Where(e => EF.Property<long>(e, owner) == userId);
            if (after is { } last)
                mine = mine.Where(e => EF.Property<long>(e, key.Name) > last);
            var page = await mine.OrderBy(e => EF.Property<object>(e, key.Name)).Take(PageSize).ToListAsync(cancellation);
            if (page.Count > 0 || after is null)
                yield return new ExportedRows(entity.GetTableName()!, [.. page.Select(row => Values(row, columns))]);

            // A table whose key is no number holds little of one person.
            if (page.Count < PageSize || key.ClrType != typeof(long))
                yield break;
            after = (long)key.GetGetter().GetClrValue(page[^1])!;
        }
    }

    private static List<IProperty> Columns(IEntityType entity, MarkedTable table)
    {
        var secret = table.Personal.Where(static c => c.IsSecret).Select(static c => c.Property).ToHashSet(StringComparer.Ordinal);
        return [.. entity.GetProperties().Where(p => !secret.Contains(p.Name))];
    }

    private static Dictionary<string, object?> Values(object row, List<IProperty> columns) =>
        columns.ToDictionary(static c => c.GetColumnName(), c => Written(c, c.GetGetter().GetClrValue(row)), StringComparer.Ordinal);

    /// <summary>As the record holds it where that is readable; lists and objects are JSON there.</summary>
    private static object? Written(IProperty column, object? value)
    {
        if (value is null or string or bool or int or long or DateTimeOffset or DateOnly)
            return value;
        var stored = column.GetTypeMapping().Converter?.ConvertToProvider(value) ?? value;
        return stored switch
        {
            string text when text.StartsWith('[') || text.StartsWith('{') => JsonDocument.Parse(text).RootElement.Clone(),
            IEnumerable<string> words => words.ToList(),
            _ => Convert.ToString(stored, System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
