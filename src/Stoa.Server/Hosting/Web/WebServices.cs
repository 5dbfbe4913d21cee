using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Web;

/// <summary>What concerns every HTTP answer: which pages may call, and headers that keep browsers from guessing.</summary>
public static class WebServices
{
    public static IServiceCollection AddWeb(this IServiceCollection services, StoaSettings settings)
    {
        if (settings.Redis.Configuration is not null)
            services.AddSingleton(p => ActivatorUtilities.CreateInstance<RedisLimits>(p, settings.Redis));
        return services.AddSingleton(new MonitoringAccess(settings.Monitoring)).AddLimits().AddValidation().AddCrossOrigin(settings);
    }

    private static IServiceCollection AddLimits(this IServiceCollection services) => services
        .AddSingleton<RateLimits>()
        .AddSingleton<RequestLimits>()
        .AddSingleton<OpeningRate>()
        .AddSingleton<OpenShares>()
        .AddScoped<RequestOrigin>()
        .AddScoped<SecurityTrail>();

    private static IServiceCollection AddCrossOrigin(this IServiceCollection services, StoaSettings settings) => services
        .AddCors(o => o.AddDefaultPolicy(p => p
            .WithOrigins([.. settings.AllowedOrigins])
            .AllowAnyHeader().AllowAnyMethod().AllowCredentials()
            .WithExposedHeaders("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));

    public static void UseWeb(this WebApplication app)
    {
        app.UseKnownProxies();
        app.UseWarningOfUnnamedProxies();
        RequestOrigin.Use(app);
        app.UseAnswerHeaders();
        app.UseRequestSpelling();

        // Said where it belongs: left to the framework it comes first, and what the line before mends would come too late.
        app.UseRouting();
        app.UseCors();
    }
}
