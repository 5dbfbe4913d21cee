using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Data;

/// <summary>The columns and indexes that the documents name, in the model of both databases; that the migrations make this model is another test's matter.</summary>
public sealed class SchemaTests
{
    private static readonly DatabaseTarget[] Targets =
        [new(DatabaseKind.Sqlite, "Data Source=schema.db"), new(DatabaseKind.Postgres, "Host=127.0.0.1;Database=schema")];

    [Fact]
    [Requirement("S1-55", "S1-56", "S1-59")]
    public void Accounts_and_roles_have_their_columns_lengths_and_keys() => Each(static tables =>
    {
        tables.Has("users", ("username", 100), ("email", 255), ("hashed_password", 255), ("full_name", 255), ("bio", null), ("is_active", null), ("is_superuser", null));
        tables.IsOptional("users", "full_name", "bio");

        // Unique whatever the case of the letters.
        tables.HasIndex("users", isUnique: true, "username_key");
        tables.HasIndex("users", isUnique: true, "email_key");
        tables.Has("roles", ("name", 100), ("description", 255));
        tables.IsOptional("roles", "description");
        tables.HasIndex("roles", isUnique: true, "name");
        tables.Has("user_roles", ("id", null), ("user_id", null), ("role_id", null));
        tables.Refers("user_roles", "user_id", "users");
        tables.Refers("user_roles", "role_id", "roles");
    });

    [Fact]
    public void A_refresh_token_is_kept_as_a_unique_hash_of_its_session() => Each(static tables =>
    {
        tables.Has("refresh_tokens", ("token_hash", 255), ("user_id", null), ("session_id", null), ("expires_at", null));
        tables.HasIndex("refresh_tokens", isUnique: true, "token_hash");
        tables.Refers("refresh_tokens", "session_id", "sessions");
        tables.Refers("sessions", "user_id", "users");
    });

    [Fact]
    [Requirement("S0-2", "S0-3", "S1-60", "S3-14")]
    public void Conversations_and_messages_are_found_by_index() => Each(static tables =>
    {
        tables.HasIndex("conversations", isUnique: false, "context_type", "context_id");
        tables.Has("messages", ("conversation_id", null), ("sender_id", null), ("recipient_id", null), ("body", null), ("reply_to_id", null), ("read_at", null), ("sent_at", null));
        tables.IsOptional("messages", "recipient_id", "reply_to_id", "read_at");

        // The number orders a conversation as its time does, and without ties.
        tables.HasIndex("messages", isUnique: true, "conversation_id", "seq");
        tables.HasIndex("messages", isUnique: false, "sender_id", "id");
        tables.HasIndex("messages", isUnique: false, "recipient_id", "id");
        tables.Has("conversations", ("alias", 100));
        tables.HasIndex("conversations", isUnique: false, "alias");
    });

    [Fact]
    [Requirement("S1-61")]
    public void A_report_has_its_columns() => Each(static tables =>
    {
        tables.Has("tickets", ("title", 255), ("content", null), ("status", null), ("comment", null), ("resolved_at", null), ("resolved_by", null), ("reporter_id", null));
        tables.IsOptional("tickets", "comment", "resolved_at", "resolved_by");
        tables.Refers("tickets", "reporter_id", "users");
        tables.Refers("tickets", "resolved_by", "users");
    });

    private static void Each(Action<Tables> check)
    {
        foreach (var target in Targets)
        {
            using var db = StoaDbServices.Open(target);
            check(new Tables(db.Model.GetRelationalModel()));
        }
    }

    private sealed class Tables(IRelationalModel model)
    {
        /// <param name="columns">A length of null: as long as need be, or none.</param>
        public void Has(string table, params (string Name, int? Length)[] columns)
        {
            foreach (var (name, length) in columns)
            {
                var column = Column(table, name);
                if (length is not null)
                    Assert.Equal(length, column.PropertyMappings[0].Property.GetMaxLength());
            }
        }

        public void IsOptional(string table, params string[] columns) => Assert.All(columns, c => Assert.True(Column(table, c).IsNullable, $"{table}.{c} is required"));

        public void HasIndex(string table, bool isUnique, params string[] columns) => Assert.Contains(
            Of(table).Indexes, i => i.IsUnique == isUnique && i.Columns.Select(static c => c.Name).SequenceEqual(columns));

        public void Refers(string table, string column, string other) => Assert.Contains(
            Of(table).ForeignKeyConstraints, k => k.Columns is [{ } only] && only.Name == column && k.PrincipalTable.Name == other);

        private IColumn Column(string table, string name) => Of(table).FindColumn(name) ?? throw new InvalidOperationException($"There is no column {table}.{name}.");

        private ITable Of(string table) => model.FindTable(table, null) ?? throw new InvalidOperationException($"There is no table {table}.");
    }
}
