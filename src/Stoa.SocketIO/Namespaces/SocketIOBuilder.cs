using System.Text.Json;
using System.Text.RegularExpressions;
using Stoa.SocketIO.Admin;

namespace Stoa.SocketIO.Namespaces;

/// <summary>Says what happens in the main namespace <c>/</c>, and through <see cref="Of(string)"/> in the others.</summary>
public sealed class SocketIOBuilder : SocketNamespaceBuilder
{
    internal SocketIOBuilder()
    {
    }

    internal Dictionary<string, SocketNamespaceBuilder> Static { get; } = new(StringComparer.Ordinal);

    internal List<DynamicNamespace> Dynamic { get; } = [];

    internal (string Name, AdminOptions Options)? Admin { get; private set; }

    /// <summary>The namespace of this name; a missing slash is added. The same name gives the same builder.</summary>
    public SocketNamespaceBuilder Of(string name)
    {
        Open();
        var full = Normalize(name);
        if (full == "/")
            return this;
        if (!Static.TryGetValue(full, out var space))
            Static[full] = space = new SocketNamespaceBuilder();
        return space;
    }

    /// <summary>All namespaces whose name matches. One is made when its first client comes and removed with its last.</summary>
    public SocketNamespaceBuilder Of(Regex name) => Of((asked, _, _) => new ValueTask<bool>(name.IsMatch(asked)));

    /// <summary>All namespaces the function says yes to, given the name and the client's auth. One is made when its first client comes and removed with its last.</summary>
    public SocketNamespaceBuilder Of(Func<string, JsonElement, CancellationToken, ValueTask<bool>> exists)
    {
        Open();
        var space = new SocketNamespaceBuilder();
        Dynamic.Add(new DynamicNamespace(exists, space));
        return space;
    }

    internal void AddAdmin(string name, AdminOptions options)
    {
        Open();
        if (Admin is not null || name == "/" || Static.ContainsKey(name))
            throw new InvalidOperationException($"The admin namespace must be one, and of its own; '{name}' is not.");
        Admin = (name, options);
    }

    internal static string Normalize(string name) => name.StartsWith('/') ? name : "/" + name;

    internal override void Close()
    {
        base.Close();
        foreach (var space in Static.Values.Concat(Dynamic.Select(d => d.Builder)))
            space.Close();
    }
}

/// <summary>A rule that makes namespaces.</summary>
internal sealed record DynamicNamespace(Func<string, JsonElement, CancellationToken, ValueTask<bool>> Exists, SocketNamespaceBuilder Builder);
