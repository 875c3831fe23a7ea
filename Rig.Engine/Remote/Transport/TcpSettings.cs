using System.Security.Cryptography.X509Certificates;

namespace Rig.Engine.Remote.Transport;

/// <param name="BindHostname">Address or name to listen on; 0.0.0.0 is every interface.</param>
/// <param name="BindPort">0 takes any free port.</param>
/// <param name="Tls">Null for plain TCP.</param>
internal sealed record TcpSettings(string BindHostname, int BindPort, int Backlog, TlsSettings? Tls);

/// <summary>Mutual TLS: each side shows its certificate, and trusts what the given authorities issued.</summary>
/// <param name="Certificate">This node's certificate with its private key.</param>
/// <param name="TrustedAuthorities">The rig's own authority; when empty, the operating system's authorities are asked and names are checked.</param>
internal sealed record TlsSettings(X509Certificate2 Certificate, X509Certificate2Collection TrustedAuthorities);
