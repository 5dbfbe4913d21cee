using Stoa.Server.Hosting.Web;

namespace Stoa.Server.Hosting.Telemetry;

/// <summary>Brings <c>/metrics</c> into a host.</summary>
public static class MetricsHosting
{
    public static IServiceCollection AddMetricsText(this IServiceCollection services) => services.AddMetrics().AddSingleton<MetricsText>();

    /// <summary>Starts listening and answers <c>GET /metrics</c> in the Prometheus text format, to those whom <see cref="MonitoringAccess"/> knows.</summary>
    public static IEndpointConventionBuilder MapMetrics(this IEndpointRouteBuilder routes)
    {
        var metrics = routes.ServiceProvider.GetRequiredService<MetricsText>();
        return routes.MapGet("/metrics", () => Results.Text(metrics.Render(), PrometheusText.ContentType))
            .AllowAnonymous()
            .ForMonitoring()
            .DisableHttpMetrics()
            .ExcludeFromDescription();
    }
}
