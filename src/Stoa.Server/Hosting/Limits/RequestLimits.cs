using Stoa.Core;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Limits;

/// <summary>How much one account and one network may ask for, over all routes and events together: so much that nobody notices who does not mean to.</summary>
/// <remarks>Counted at this node. Refusal: <c>rate.requests</c>, with the time to wait. A count allocates nothing.</remarks>
public sealed class RequestLimits(RateLimits limits, StoaSettings settings)
{
    public static readonly Refusal TooMany = Refusal.TooMany("rate.requests", "Too many requests, please slow down");

    private readonly RateLimit? perAccount = LimitOf("requests", settings.RateLimit.RequestsPerMinute);
    private readonly RateLimit? perNetwork = LimitOf("requests.network", settings.RateLimit.RequestsPerNetworkPerMinute);
    private readonly RateLimit? credentials = LimitOf("credentials", settings.Accounts.CredentialsPerAddressPerMinute);

    /// <summary>Null when the request may go on.</summary>
    /// <param name="caller">Null: nobody is signed in.</param>
    /// <param name="cost">Null: one permit.</param>
    public Refusal? WhyNot(Caller? caller, ClientNetwork from, RequestCost? cost, bool presentsCredential)
    {
        var permits = cost?.Permits ?? 1;
        if (permits > 0 && perNetwork is not null && limits.Take(perNetwork, LimitKey.Of(from), permits).Refusal is { } crowded)
            return crowded;
        if (presentsCredential && credentials is not null && limits.Take(credentials, LimitKey.Of(from)).Refusal is { } guessing)
            return guessing;
        return caller is null ? null : WhyNot(caller, permits);
    }

    /// <summary>The account's share alone, for what comes over a socket. Null when it may go on.</summary>
    public Refusal? WhyNot(Caller caller, int permits) =>
        permits > 0 && perAccount is not null ? limits.Take(perAccount, LimitKey.Account(caller.UserId), permits).Refusal : null;

    private static RateLimit? LimitOf(string name, int permits) =>
        permits == 0 ? null : new RateLimit(name, permits, TimeSpan.FromMinutes(1), TooMany) { MaxKeys = 200_000 };
}

/// <summary>Asks <see cref="RequestLimits"/> before every request, once it is known who asks.</summary>
public static class RequestLimiting
{
    public static void UseRequestLimits(this WebApplication app)
    {
        var limits = app.Services.GetRequiredService<RequestLimits>();
        app.Use((context, next) =>
        {
            var declared = context.GetEndpoint()?.Metadata;
            var refusal = limits.WhyNot(
                context.Features.Get<Caller>(), ClientNetwork.Of(context), declared?.GetMetadata<RequestCost>(), declared?.GetMetadata<PresentsCredential>() is not null);
            return refusal is null ? next(context) : refusal.ToHttp().ExecuteAsync(context);
        });
    }
}
