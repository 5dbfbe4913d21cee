using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>The caller's own account.</summary>
public sealed class ReadAccount(StoaDb db)
{
    private static readonly HotQuery<Func<StoaDb, long, CancellationToken, Task<User>>> Find = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long id, CancellationToken cancellation) => db.Users.AsNoTracking().Single(u => u.Id == id)));

    public async Task<Outcome<User>> Handle(Caller caller, CancellationToken cancellation) => await Find.On(db)(db, caller.UserId, cancellation);
}
