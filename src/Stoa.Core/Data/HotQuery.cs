using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Stoa.Core.Data;

/// <summary>A query compiled once, for the handful that every request or message asks.</summary>
/// <remarks>EF ties a compiled query to the model it first ran on; this keeps one per model, so that both databases can be used in one process.</remarks>
/// <typeparam name="TQuery">The delegate that <c>EF.CompileAsyncQuery</c> returns.</typeparam>
public sealed class HotQuery<TQuery>(Func<TQuery> compile)
    where TQuery : Delegate
{
    private readonly ConditionalWeakTable<IModel, TQuery> compiled = [];

    /// <summary>The query for this context's database.</summary>
    public TQuery On(StoaDb db) => compiled.GetValue(db.Model, _ => compile());
}
