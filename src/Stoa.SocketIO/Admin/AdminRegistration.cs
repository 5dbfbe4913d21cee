using Stoa.SocketIO.Namespaces;

namespace Stoa.SocketIO.Admin;

/// <summary>How an application lets the Socket.IO admin UI connect.</summary>
public static class AdminRegistration
{
    /// <summary>Adds the namespace of the admin UI (@socket.io/admin-ui), e.g. <c>io.MapAdmin("/admin", o => o.Authenticate = …)</c>.</summary>
    /// <param name="name">What is entered in the UI as the namespace; usually <c>/admin</c>.</param>
    /// <exception cref="InvalidOperationException">No <see cref="AdminOptions.Authenticate"/> is set, or a setting is out of its range.</exception>
    public static SocketIOBuilder MapAdmin(this SocketIOBuilder io, string name, Action<AdminOptions> configure)
    {
        var options = new AdminOptions();
        configure(options);
        options.Check();
        io.AddAdmin(SocketIOBuilder.Normalize(name), options);
        return io;
    }
}
