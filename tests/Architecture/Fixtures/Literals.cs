// Code that writes SQL and knows a database where it may not, and where it may.
#pragma warning disable CA1822

namespace Stoa.Server.Messaging.Broken
{
    internal sealed class WritesSql
    {
        public string Text(string table) => $"select id from {table} where x = 1";
    }

    internal sealed class SpeaksOfSelection
    {
        public string Text() => "You may select one from the list, and delete from it";
    }

    internal sealed class NamesATable
    {
        public void Configure(Microsoft.EntityFrameworkCore.ModelBuilder model) =>
            Microsoft.EntityFrameworkCore.RelationalEntityTypeBuilderExtensions.ToTable(model.Entity("x"), "messages");
    }

    internal sealed class KnowsPostgres
    {
        public string? State(Npgsql.PostgresException fault) => fault.SqlState;
    }
}

namespace Stoa.Core.Data.Broken
{
    internal sealed class Commands
    {
        public string Text() => "DELETE FROM outbox";
    }
}
