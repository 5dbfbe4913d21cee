using System.Data;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Stoa.Core.Data;
using Xunit;

namespace Unit.Data;

public sealed class SqliteKeptConnectionTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), $"kept-{Guid.NewGuid():N}.db");
    private readonly SqliteKeptConnection kept;

    public SqliteKeptConnectionTests()
    {
        kept = new SqliteKeptConnection($"Data Source={file};Pooling=false");
        kept.Open();
        Do("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)");
    }

    [Fact]
    public void Closing_leaves_it_open_and_disposing_ends_it()
    {
        kept.Close();
        Assert.Equal(ConnectionState.Open, kept.State);
        Assert.Equal(3L, Ask("SELECT count(*) FROM t WHERE id > $1", 0));

        kept.Dispose();
        Assert.Equal(ConnectionState.Closed, kept.State);
    }

    [Fact]
    public void Two_readers_of_one_text_do_not_disturb_each_other_and_each_has_its_values()
    {
        using var one = Command("SELECT id FROM t WHERE id >= $1 ORDER BY id", 1);
        using var other = Command(one.CommandText, 3);
        using var first = one.ExecuteReader();
        Assert.True(first.Read());
        using (var second = other.ExecuteReader())
        {
            Assert.True(second.Read());
            Assert.Equal(3, second.GetInt64(0));
            Assert.False(second.Read());
        }

        Assert.True(first.Read());
        Assert.Equal(2, first.GetInt64(0));
    }

    [Fact]
    public void A_statement_that_failed_works_the_next_time()
    {
        Assert.Throws<SqliteException>(() => Do("INSERT INTO t VALUES ($1)", 1));
        Do("INSERT INTO t VALUES ($1)", 4);
        using (var transaction = kept.BeginTransaction())
        {
            Do("INSERT INTO t VALUES ($1)", 5);
            transaction.Rollback();
        }

        Assert.Equal(4L, Ask("SELECT count(*) FROM t"));
    }

    [Fact]
    public void More_texts_than_it_keeps_are_no_matter_also_while_one_is_being_read()
    {
        using var command = Command("SELECT id FROM t WHERE id >= $1 ORDER BY id", 1);
        using var reader = command.ExecuteReader();
        Assert.True(reader.Read());
        for (var i = 0; i < 600; i++)
            Assert.Equal((long)i, Ask(string.Create(CultureInfo.InvariantCulture, $"SELECT {i}")));
        Assert.True(reader.Read());
    }

    public void Dispose()
    {
        kept.Dispose();
        File.Delete(file);
    }

    private SqliteCommand Command(string text, params object[] values)
    {
        var command = kept.CreateCommand();
#pragma warning disable CA2100 // Texts of this test.
        command.CommandText = text;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"${i + 1}"), values[i]);
        return command;
    }

    private void Do(string text, params object[] values)
    {
        using var command = Command(text, values);
        command.ExecuteNonQuery();
    }

    private object? Ask(string text, params object[] values)
    {
        using var command = Command(text, values);
        return command.ExecuteScalar();
    }
}
