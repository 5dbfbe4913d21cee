using System.Globalization;

namespace Stoa.Server.Hosting.Security;

/// <summary>Marks a route by which administrators read what is others': it leaves a trace (<see cref="SecurityTrail.NoteOnceAsync"/>).</summary>
/// <param name="What">Null: it shows nothing of anybody's, and <paramref name="Why"/> says so.</param>
public sealed record ReadsOthers(SecurityEvent? What, string? Why = null);

/// <summary>How routes are marked. A test finds routes for administrators that are not.</summary>
public static class ReadsOthersRoutes
{
    /// <summary>What this route reads is noted, with the id of the route as its target (0: all of them).</summary>
    /// <param name="targetType">What kind of thing the id names.</param>
    /// <param name="exceptOwn">The id is an account's, and who reads his own leaves no trace.</param>
    public static RouteHandlerBuilder Notes(this RouteHandlerBuilder route, SecurityEvent what, string targetType = "user", bool exceptOwn = false) => route
        .WithMetadata(new ReadsOthers(what))
        .AddEndpointFilter(async (context, next) =>
        {
            var http = context.HttpContext;
            if (http.Features.Get<Caller>() is { } caller && IdIn(http.Request.RouteValues) is var id && !(exceptOwn && id == caller.UserId))
                await http.RequestServices.GetRequiredService<SecurityTrail>().NoteOnceAsync(what, caller.AuthorId ?? caller.UserId, targetType, id, http.RequestAborted);
            return await next(context);
        });

    /// <summary>This route is for administrators and shows nothing of anybody's.</summary>
    /// <param name="why">A sentence.</param>
    public static RouteHandlerBuilder ReadsNobody(this RouteHandlerBuilder route, string why) => route.WithMetadata(new ReadsOthers(null, why));

    private static long IdIn(RouteValueDictionary values) => values.Values.OfType<string>()
        .Select(static v => long.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).FirstOrDefault(static id => id > 0);
}
