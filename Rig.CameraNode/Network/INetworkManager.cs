namespace Rig.CameraNode.Network;

/// <param name="ExitCode">Of nmcli(1), "EXIT STATUS".</param>
internal sealed record NmcliResult(int ExitCode, string Output, string Error)
{
    /// <summary>Connection, device or access point does not exist.</summary>
    public const int NotThere = 10;

    public bool Succeeded => ExitCode == 0;
}

/// <summary>NetworkManager as this machine has it.</summary>
internal interface INetworkManager
{
    /// <summary>Runs one command. Arguments reach the program as they are; no shell reads them.</summary>
    /// <returns>Null when the machine has no NetworkManager.</returns>
    /// <exception cref="TimeoutException">It gave no answer within <paramref name="timeout"/>.</exception>
    Task<NmcliResult?> RunAsync(IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken);
}
