using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Stoa.SocketIO.Sql;

namespace Stoa.SocketIO;

/// <summary>How a Socket.IO server gets a durable log, and several nodes, without Redis.</summary>
public static class SqlRegistration
{
    /// <summary>
    /// Connects this server with all others at the same database: broadcasts, rooms, fetching, server-side events, and with
    /// <see cref="SocketIOOptions.Recovery"/> set the recovery of sessions across nodes, restarts and kills. The tables are made at the start.
    /// </summary>
    /// <remarks>May stand before or after <c>AddSocketIO</c>. Replaces <see cref="SocketIOOptions.Adapter"/>.</remarks>
    public static IServiceCollection AddSocketIOSql(this IServiceCollection services, SqlDialect dialect, Action<SqlAdapterOptions>? configure = null)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SqlMetrics>();
        services.TryAddSingleton<SqlNode>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqlAdapterOptions>, OptionsCheck>());
        services.Configure<SocketIOOptions>(o => o.Adapter = (space, provider) => new SqlAdapter(space, provider));
        var options = services.AddOptions<SqlAdapterOptions>().Configure(o => o.Dialect = dialect).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        return services;
    }

    private sealed class OptionsCheck : IValidateOptions<SqlAdapterOptions>
    {
        public ValidateOptionsResult Validate(string? name, SqlAdapterOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
