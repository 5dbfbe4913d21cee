using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Epoll;
using Stoa.SocketIO.Namespaces;

namespace Stoa.SocketIO;

/// <summary>How an application gets a Socket.IO server.</summary>
public static class SocketIORegistration
{
    /// <summary>Registers <see cref="SocketIOServer"/> as a singleton. Settings out of range stop the start with their names.</summary>
    public static IServiceCollection AddSocketIO(this IServiceCollection services, Action<SocketIOOptions>? configure = null)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SocketIOServer>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SocketIOOptions>, OptionsCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SocketIOLifetime>());
        var options = services.AddOptions<SocketIOOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        return services;
    }

    /// <summary>
    /// Has the web server listen through a transport of our own (Linux; elsewhere nothing changes): an upgraded WebSocket over plain TCP is let go by the web server, which
    /// makes it several times lighter, and its messages are handled on the thread that waits for sockets, without a switch of threads. Handlers that block are taken
    /// care of, at the price of some 40 ms for the sockets that share their thread.
    /// </summary>
    /// <remarks>
    /// The request of such a WebSocket ends at once, for access logs and metrics too. Connections over TLS, Unix sockets or HTTP/2, and all connections of a server whose
    /// limits count them (<c>MaxConcurrentConnections</c>, <c>MaxConcurrentUpgradedConnections</c>), stay within their request.
    /// </remarks>
    public static IServiceCollection AddSocketIOTransport(this IServiceCollection services)
    {
        if (OperatingSystem.IsLinux())
            services.AddSingleton<IConnectionListenerFactory, EpollTransport>();
        return services;
    }

    /// <summary>Serves Socket.IO at a path (with and without a trailing slash), all transports. The application needs no WebSocket middleware.</summary>
    /// <param name="pattern">Usually <c>/socket.io</c>, where clients look by default.</param>
    /// <param name="configure">Says what happens in the namespaces.</param>
    /// <returns>For authorization, host names and other conventions of the endpoint.</returns>
    public static IEndpointConventionBuilder MapSocketIO(this IEndpointRouteBuilder endpoints, string pattern, Action<SocketIOBuilder>? configure = null)
    {
        var server = endpoints.ServiceProvider.GetService<SocketIOServer>() ?? throw new InvalidOperationException("Call AddSocketIO before MapSocketIO.");
        if (configure is not null)
            server.Configure(configure);
        server.IsMapped = true;
        return Map(endpoints, pattern, server.HandleAsync, "Socket.IO");
    }

    /// <summary>Serves bare Engine.IO at a path: messages without events, rooms or acknowledgements.</summary>
    /// <param name="handler">Makes what handles one session; called before its handshake is answered.</param>
    /// <exception cref="OptionsValidationException">An option is out of its range.</exception>
    public static IEndpointConventionBuilder MapEngineIO(this IEndpointRouteBuilder endpoints, string pattern, EngineOptions options, Func<EngineSession, EngineHandler> handler)
    {
        if (options.Problems().ToList() is { Count: > 0 } problems)
            throw new OptionsValidationException(nameof(EngineOptions), typeof(EngineOptions), problems);
        var services = endpoints.ServiceProvider;
        var server = new EngineServer(
            options,
            services.GetService<TimeProvider>() ?? TimeProvider.System,
            new EngineMetrics(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("Stoa.SocketIO"),
            handler);
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(server.Stop);
        return Map(endpoints, pattern, server.HandleAsync, "Engine.IO");
    }

    // Preflights are an endpoint of their own, because they carry no credentials: whoever requires authorization would refuse every page of another origin.
    // Polls wait for 25 s and WebSockets for days: neither the request time-out nor the API description is for them.
    private static BothEndpoints Map(IEndpointRouteBuilder endpoints, string pattern, RequestDelegate serve, string name)
    {
        var preflights = endpoints.MapMethods(pattern, [HttpMethods.Options], serve);
        preflights.Finally(static e => e.Metadata.Add(new AllowAnonymousAttribute()));
        return new BothEndpoints(endpoints.Map(pattern, serve), preflights)
            .WithDisplayName(name).WithMetadata(new DisableRequestTimeoutAttribute(), new ExcludeFromDescriptionAttribute());
    }

    private sealed class BothEndpoints(IEndpointConventionBuilder one, IEndpointConventionBuilder other) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention)
        {
            one.Add(convention);
            other.Add(convention);
        }

        public void Finally(Action<EndpointBuilder> finallyConvention)
        {
            one.Finally(finallyConvention);
            other.Finally(finallyConvention);
        }
    }

    private sealed class OptionsCheck : IValidateOptions<SocketIOOptions>
    {
        public ValidateOptionsResult Validate(string? name, SocketIOOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}

/// <summary>Ties the server to the application: adapters start before requests come, clients are told before the application stops.</summary>
internal sealed class SocketIOLifetime(SocketIOServer server, IHostApplicationLifetime application) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Requests that wait (polls, WebSockets) would hold up the stop of the web server: they end when it begins.
        application.ApplicationStopping.Register(server.Engine.Stop);
        return server.IsMapped ? server.StartAsync() : Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);
}
