using System.Runtime.InteropServices;

namespace Rig.Hosting.Trust;

/// <summary>
/// Keeps a program's TLS at 1.2. With 1.3 a client speaks before the server has looked at its certificate, and the TLS handler of Akka.Remote's
/// transport (DotNetty) loses what arrives meanwhile: on a busy machine an association then stays deaf and two cameras down each
/// other. With 1.2 the client waits for the server. The transport has no setting for it; OpenSSL has.
/// </summary>
public static partial class TlsVersion
{
    private const string Variable = "OPENSSL_CONF";

    /// <summary>To be called before anything of the process uses cryptography, which reads the file once. Whoever runs the program may name a file of his own.</summary>
    public static void Limit()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            // The runtime's own variables are a copy, which OpenSSL does not see.
            _ = SetVariable(Variable, Path.Combine(AppContext.BaseDirectory, "openssl.cnf"), overwrite: 1);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
