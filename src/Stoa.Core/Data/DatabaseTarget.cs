namespace Stoa.Core.Data;

/// <summary>Which database, and how to reach it.</summary>
/// <param name="Connection">An ADO.NET connection string of that product.</param>
public sealed record DatabaseTarget(DatabaseKind Kind, string Connection);

public enum DatabaseKind
{
    Sqlite,
    Postgres,
}
