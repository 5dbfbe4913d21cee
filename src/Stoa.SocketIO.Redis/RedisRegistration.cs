using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Stoa.SocketIO.Redis;

namespace Stoa.SocketIO;

/// <summary>How a Socket.IO server gets several nodes.</summary>
public static class RedisRegistration
{
    /// <summary>
    /// Connects this server with all others at the same Redis: broadcasts, rooms, fetching, server-side events, and with
    /// <see cref="SocketIOOptions.Recovery"/> set the recovery of sessions across nodes and restarts. Node.js servers with
    /// <c>@socket.io/redis-adapter</c> and emitters in any language take part.
    /// </summary>
    /// <param name="configuration">See <see cref="RedisAdapterOptions.Configuration"/>.</param>
    /// <remarks>May stand before or after <c>AddSocketIO</c>. Replaces <see cref="SocketIOOptions.Adapter"/>.</remarks>
    public static IServiceCollection AddSocketIORedis(this IServiceCollection services, string configuration, Action<RedisAdapterOptions>? configure = null)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RedisConnection>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisAdapterOptions>, OptionsCheck>());
        services.Configure<SocketIOOptions>(o => o.Adapter = (space, provider) => new RedisAdapter(space, provider));
        var options = services.AddOptions<RedisAdapterOptions>().Configure(o => o.Configuration = configuration).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        return services;
    }

    private sealed class OptionsCheck : IValidateOptions<RedisAdapterOptions>
    {
        public ValidateOptionsResult Validate(string? name, RedisAdapterOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
