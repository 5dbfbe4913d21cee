using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Stoa.Core.Accounts;
using Stoa.Core.Privacy;

namespace Stoa.Core.Data;

/// <summary>Takes a person out of the record, by the marks of <see cref="PersonalData"/>: rows go, are emptied, or stay for the others.</summary>
/// <remarks>
/// One statement a table, generated from the model, so that a table marked tomorrow is erased tomorrow. Call within <see cref="StoaDb.WriteAsync"/>: the person
/// is gone whole or not at all. The account's own row is emptied by <see cref="User.Erase"/>, because names become free by rules of their own.
/// </remarks>
public sealed class EraseAccount(StoaDb db)
{
    public async Task HandleAsync(User user, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var table in PersonalData.Tables.Where(static t => t.Owner is not null && t.Entity != typeof(User)))
        {
            foreach (var statement in Statements(table))
                await db.Database.ExecuteSqlRawAsync(statement, [user.Id], cancellation);
        }

        user.Erase(now);
    }

    private IEnumerable<string> Statements(MarkedTable table)
    {
        var entity = db.Model.FindEntityType(table.Entity)!;
        if (table.Erasure == OnErasure.Delete)
            yield return $"DELETE FROM {entity.GetTableName()} WHERE {WhoseRows(entity, table)}";
        if (table.Erasure == OnErasure.Empty)
            yield return $"UPDATE {entity.GetTableName()} SET {string.Join(", ", table.Personal.Where(static c => !c.IsKept).Select(c => Emptied(entity, c)))} WHERE {WhoseRows(entity, table)}";
        foreach (var other in table.AlsoDeletedWith)
            yield return $"DELETE FROM {entity.GetTableName()} WHERE {ColumnOf(entity, other)} = {{0}}";
    }

    private string WhoseRows(IEntityType entity, MarkedTable table)
    {
        if (table.Through is not { } through)
            return $"{ColumnOf(entity, table.Owner!)} = {{0}}";
        var owning = db.Model.FindEntityType(through.Entity)!;
        return $"{ColumnOf(entity, through.Property)} IN (SELECT {ColumnOf(owning, "Id")} FROM {owning.GetTableName()} WHERE {ColumnOf(owning, table.Owner!)} = {{0}})";
    }

    private static string Emptied(IEntityType entity, PersonalColumn column)
    {
        var property = entity.FindProperty(column.Property)!;
        var empty = property.IsNullable ? "NULL" : property.ClrType == typeof(string) ? "''"
            : throw new InvalidOperationException($"{entity.ClrType.Name}.{column.Property} cannot be emptied: mark its rows to be deleted, or make the column nullable.");
        return $"{property.GetColumnName()} = {empty}";
    }

    private static string ColumnOf(IEntityType entity, string property) => entity.FindProperty(property)!.GetColumnName();
}
