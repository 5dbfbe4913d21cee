using System.Data;
using Microsoft.Data.Sqlite;

namespace Stoa.Core.Data;

/// <summary>A connection that stays open as long as its context lives, and prepares each statement once.</summary>
/// <remarks>
/// EF closes its connection after every query, and Microsoft.Data.Sqlite parses the text of every command anew: together they cost more than a short
/// read itself (docs/data.md). Closing does nothing here; disposing closes. A context asks one query at a time; a second reader of the same text,
/// while the first is open, gets a statement of its own.
/// </remarks>
public sealed class SqliteKeptConnection(string connectionString) : SqliteConnection(connectionString)
{
    // More texts than the server has; a migration's are dropped with the first overflow.
    private const int MaxStatements = 256;
    private readonly Dictionary<string, Prepared> statements = new(StringComparer.Ordinal);
    private bool ending;

    public override void Close()
    {
        if (ending)
            base.Close();
    }

    public override SqliteCommand CreateCommand() =>
        new Command { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };

    protected override void Dispose(bool disposing)
    {
        ending = true;
        statements.Clear();
        base.Dispose(disposing); // closes, and with it ends the commands that belong to the connection
    }

    /// <summary>The statement kept for a text, free to be used; null while it is being read from.</summary>
    private Prepared? Find(string text)
    {
        if (statements.TryGetValue(text, out var known))
            return known.IsFree ? known : null;
        if (statements.Count >= MaxStatements)
            Drop();
        return statements[text] = new Prepared(new SqliteCommand(text, this));
    }

    private void Drop()
    {
        foreach (var (text, statement) in statements)
        {
            if (statement.IsFree && statements.Remove(text))
                statement.Command.Dispose();
        }
    }

    private sealed class Prepared(SqliteCommand command)
    {
        private SqliteDataReader? reader;

        public SqliteCommand Command => command;

        public bool IsFree => reader is null or { IsClosed: true };

        public SqliteDataReader Execute(SqliteCommand asked, CommandBehavior behavior)
        {
            command.Parameters.Clear();
            foreach (SqliteParameter parameter in asked.Parameters)
                command.Parameters.Add(parameter);
            command.Transaction = asked.Transaction;
            command.CommandTimeout = asked.CommandTimeout;
            return reader = command.ExecuteReader(behavior);
        }
    }

    /// <summary>What EF fills; every way of executing ends in <see cref="ExecuteReader(CommandBehavior)"/>.</summary>
    private sealed class Command : SqliteCommand
    {
        public override SqliteDataReader ExecuteReader(CommandBehavior behavior) =>
            Connection is SqliteKeptConnection { State: ConnectionState.Open } kept && kept.Find(CommandText) is { } statement
                ? statement.Execute(this, behavior)
                : base.ExecuteReader(behavior);
    }
}
