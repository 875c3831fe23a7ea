using Rig.Engine.Event;

namespace Rig.Engine.Cluster.Tools.Singleton;

internal interface ISingletonMessage : IDeadLetterSuppression;

/// <summary>"I am to host it: stop yours, if you have it." Repeated until answered.</summary>
internal sealed record HandOverToMe(UniqueAddress From) : ISingletonMessage;

/// <summary>"I am stopping it."</summary>
internal sealed record HandOverInProgress(UniqueAddress From) : ISingletonMessage;

/// <summary>"It does not run here."</summary>
internal sealed record HandOverDone(UniqueAddress From) : ISingletonMessage;
