using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust.Enrolment;

/// <summary>What the trust commands know of the program that they belong to.</summary>
/// <param name="Name">As it is called: <c>rig-node</c>.</param>
/// <param name="Self">Who this machine is, where it makes the authority.</param>
/// <param name="Role">What it may be enrolled as.</param>
/// <param name="Trust">As the program is configured.</param>
public sealed record TrustProgram(string Name, MachineIdentity Self, MachineRole Role, TrustOptions Trust);
