using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Xunit;

namespace Unit.Data;

public sealed class WriteGateTests
{
    [Fact]
    public async Task Contexts_and_the_message_log_of_one_file_share_one_gate()
    {
        var target = new DatabaseTarget(DatabaseKind.Sqlite, "Data Source=gate.db;Cache=Private");
        await using var db = StoaDbServices.Open(target);

        Assert.Same(SqliteStoaDb.GateOf(target.Connection), SqliteStoaDb.GateOf(db.Database.GetConnectionString()!));
        Assert.NotSame(SqliteStoaDb.GateOf(target.Connection), SqliteStoaDb.GateOf("Data Source=other.db"));
    }
}
