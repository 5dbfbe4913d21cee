using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Stoa.TestSupport;

/// <summary>The databases every slice must work on alike.</summary>
public enum Database
{
    Sqlite,
    Postgres,
}

/// <summary>Runs a theory once per database.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EachDatabaseAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>([Row(Database.Sqlite), Row(Database.Postgres)]);

    public override bool SupportsDiscoveryEnumeration() => true;

    private static TheoryDataRow Row(Database database) => new(database)
    {
        Skip = database == Database.Postgres && Environment.GetEnvironmentVariable("STOA_TEST_POSTGRES") is null && Environment.GetEnvironmentVariable("CI") != "true"
            ? "STOA_TEST_POSTGRES is not set; ./test starts a PostgreSQL"
            : null,
    };
}
