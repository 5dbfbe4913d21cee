using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>Registers tokens, the session gate and the bearer scheme.</summary>
public static class TokenServices
{
    public static IServiceCollection AddTokens(this IServiceCollection services, StoaSettings settings)
    {
        services.AddSingleton(_ => SigningKeys.Load(settings.Tokens.Secret, settings.Tokens.PreviousSecrets, settings.Data.Folder));
        services.AddSingleton<Sealing>();
        services.AddSingleton<PhoneCodes>();
        services.AddSingleton<SupportDesk>();
        services.AddSingleton<SupportKey>();
        services.AddSingleton(p => new AccessTokens(
            p.GetRequiredService<SigningKeys>(),
            settings.Tokens.AccessLifetime,
            settings.Tokens.Skew,
            p.GetRequiredService<TimeProvider>()));
        services.AddSingleton(p => new SessionGate(
            p.GetRequiredService<IDbContextFactory<StoaDb>>(), settings.Sessions.CacheTime, settings.Accounts.SecondStepRoles, p.GetRequiredService<TimeProvider>()));
        services.AddAuthentication(BearerHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, SupportKeyHandler>(SupportKeyHandler.SchemeName, null);
        services.AddPolicies();
        return services;
    }
}
