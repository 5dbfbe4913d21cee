using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Stoa.Core.Data.Backups;

/// <summary>Runs PostgreSQL's own <c>pg_dump</c> and <c>pg_restore</c> on the configured database.</summary>
/// <remarks>Where to connect and the password go through the environment: a command line can be read by every user of the machine.</remarks>
internal static class PostgresTool
{
    public static async Task RunAsync(string tool, NpgsqlConnectionStringBuilder database, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardError = true };
        foreach (var (name, value) in Environment(database))
            start.Environment[name] = value;
        using var process = Start(start, database);
        try
        {
            var said = await process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
                throw new BackupException($"{tool} ended with {process.ExitCode}: {said.Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    private static Process Start(ProcessStartInfo start, NpgsqlConnectionStringBuilder database)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            var (hosts, ports) = Hosts(database);
            var command = start.FileName == "pg_dump" ? "pg_dump -Fc -f FILE" : "pg_restore --no-owner --single-transaction FILE";
            throw new BackupException(
                $"{start.FileName} is not installed here. Install PostgreSQL's client programs (Debian: postgresql-client), or run where they are: " +
                $"{command} -h {hosts} -p {ports} -U {database.Username} -d {database.Database}", missing);
        }
    }

    private static IEnumerable<(string Name, string Value)> Environment(NpgsqlConnectionStringBuilder database)
    {
        var (hosts, ports) = Hosts(database);
        (string, string?)[] all =
        [
            ("PGHOST", hosts), ("PGPORT", ports), ("PGDATABASE", database.Database), ("PGUSER", database.Username),
            ("PGPASSWORD", database.Password), ("PGPASSFILE", database.Passfile), ("PGSSLROOTCERT", database.RootCertificate),
            ("PGSSLCERT", database.SslCertificate), ("PGSSLKEY", database.SslKey), ("PGSSLMODE", SslMode(database.SslMode)),
        ];
        return from pair in all where !string.IsNullOrEmpty(pair.Item2) select (pair.Item1, pair.Item2!);
    }

    // Npgsql writes host:port,host:port; libpq wants the hosts and the ports apart.
    private static (string Hosts, string Ports) Hosts(NpgsqlConnectionStringBuilder database)
    {
        var usual = database.Port.ToString(CultureInfo.InvariantCulture);
        var each = (database.Host ?? "").Split(',').Select(h => h.Split(':') is [var host, var port] ? (host, port) : (host: h, port: usual)).ToList();
        return (string.Join(',', each.Select(static e => e.host)), string.Join(',', each.Select(static e => e.port)));
    }

    private static string SslMode(SslMode mode) => mode switch
    {
        Npgsql.SslMode.Disable => "disable",
        Npgsql.SslMode.Allow => "allow",
        Npgsql.SslMode.Require => "require",
        Npgsql.SslMode.VerifyCA => "verify-ca",
        Npgsql.SslMode.VerifyFull => "verify-full",
        _ => "prefer",
    };
}
