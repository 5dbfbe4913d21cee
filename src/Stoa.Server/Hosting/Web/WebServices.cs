using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Web;

/// <summary>What concerns every HTTP answer: which pages may call, and headers that keep browsers from guessing.</summary>
public static class WebServices
{
    public static IServiceCollection AddWeb(this IServiceCollection services, StoaSettings settings) => services
        .AddSingleton<RateLimits>()
        .AddScoped<RequestOrigin>()
        .AddScoped<SecurityTrail>()
        .AddSingleton(new MonitoringAccess(settings.Monitoring))
        .AddValidation()
        .AddCors(o => o.AddDefaultPolicy(p => p
            .WithOrigins([.. settings.AllowedOrigins])
            .AllowAnyHeader().AllowAnyMethod().AllowCredentials()
            .WithExposedHeaders("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));

    public static void UseWeb(this WebApplication app)
    {
        app.UseKnownProxies();
        RequestOrigin.Use(app);
        app.UseAnswerHeaders();
        app.UseCors();
    }
}
