namespace Stoa.Server.Hosting.Limits;

/// <summary>What one request of a route takes from the shares of its account and its network (<see cref="RequestLimits"/>).</summary>
/// <param name="Permits">0: nothing; what the route does is counted elsewhere.</param>
public sealed record RequestCost(int Permits);

/// <summary>A route at which strangers present tokens and codes: each is looked up, so one network presents few.</summary>
public sealed record PresentsCredential;

/// <summary>Declares costs where routes are mapped. All routes of the server are mapped within a group that costs one permit.</summary>
public static class RequestCosts
{
    /// <summary>The innermost declaration counts.</summary>
    public static T Costs<T>(this T route, int permits)
        where T : IEndpointConventionBuilder => route.WithMetadata(new RequestCost(permits));

    /// <summary>Counts against <c>Accounts:CredentialsPerAddressPerMinute</c> too.</summary>
    public static T TakesCredentials<T>(this T route)
        where T : IEndpointConventionBuilder => route.WithMetadata(new PresentsCredential());
}
