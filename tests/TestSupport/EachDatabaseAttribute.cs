using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Stoa.TestSupport;

public enum Database
{
    Sqlite,
    Postgres,
}

/// <summary><c>[Theory, EachDatabase]</c>: the test's first parameter is each <see cref="Database"/> in turn, the others are those given here.</summary>
/// <remarks>
/// PostgreSQL is the server that <c>STOA_TEST_POSTGRES</c> names, an ADO.NET connection string without a database; <c>./test</c> starts one.
/// Without it those cases are skipped and say so, except with <c>CI=true</c>: there a missing server must not look like success.
/// </remarks>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EachDatabaseAttribute(params object?[] more) : DataAttribute
{
    public const string Variable = "STOA_TEST_POSTGRES";

    public object?[] More { get; } = more;

    /// <summary>For what takes several servers: one SQLite file has one.</summary>
    public bool PostgresOnly { get; init; }

    /// <summary>Null when there is no PostgreSQL to test on.</summary>
    public static string? Postgres => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } connection ? connection : null;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var isMissing = Postgres is null;
        if (isMissing && Environment.GetEnvironmentVariable("CI") == "true")
            throw new InvalidOperationException($"{Variable} is not set, and with CI=true nothing is skipped");
        var postgres = new TheoryDataRow([Database.Postgres, .. More]) { Skip = isMissing ? $"{Variable} is not set" : null };
        return new(PostgresOnly ? [postgres] : [new TheoryDataRow([Database.Sqlite, .. More]), postgres]);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
