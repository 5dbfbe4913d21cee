using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Stoa.Core.Data;

/// <summary>Makes Microsoft.Data.Sqlite 10 run on SQLitePCLRaw 2.0.6 and prefers the system's newer SQLite (ADR 0002).</summary>
/// <remarks>The module initializer runs before any type of this assembly: server, tests, benchmarks and <c>dotnet ef</c> need no call.</remarks>
public static class SqliteNative
{
    private static int started;

    /// <summary>"system" or "bundled".</summary>
    public static string Source { get; private set; } = "";

    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "Must run before any SQLite type loads.")]
    public static void Init()
    {
        if (Interlocked.Exchange(ref started, 1) != 0)
        {
            return;
        }

        // By name without a version: works beside the dlls and inside a single-file bundle.
        AssemblyLoadContext.Default.Resolving += static (context, name) =>
            name.Name == "SQLitePCLRaw.core" && name.Version is not null
                ? context.LoadFromAssemblyName(new AssemblyName("SQLitePCLRaw.core"))
                : null;
        Start();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Start()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, static (name, assembly, paths) =>
        {
            if (name != "e_sqlite3")
            {
                return 0;
            }

            if (Environment.GetEnvironmentVariable("STOA_SQLITE") != "bundled" && NativeLibrary.TryLoad("libsqlite3.so.0", out var handle))
            {
                Source = "system";
                return handle;
            }

            Source = "bundled";
            return 0;
        });
        SQLitePCL.Batteries_V2.Init();
    }
}
