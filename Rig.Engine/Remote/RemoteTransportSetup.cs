using Rig.Engine.Remote.Transport;

namespace Rig.Engine.Remote;

/// <summary>Replaces TCP by another transport, for tests and simulation.</summary>
internal sealed class RemoteTransportSetup(Func<RemoteSettings, ITransport> create) : Actor.Setup.Setup
{
    public ITransport Create(RemoteSettings settings) => create(settings);
}
