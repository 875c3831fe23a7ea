using Rig.Tests.Capture;
using Rig.Tests.Faults;
using Rig.Tests.Faults.HandOver;

// What tests start as processes of their own. The test runner does not come through here.
return args switch
{
    ["record-host", var folder, var run, var seed] => RecorderHost.Run(folder, run, int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)),
    [HandOverHosts.ServerVerb, .. var settings] => await HandOverHosts.RunServerAsync(settings),
    [HandOverHosts.NodeVerb, .. var settings] => await HandOverHosts.RunNodeAsync(settings),
    ["scripted-camera", var folder] => await ScriptedCameraProcess.RunAsync(folder),
    _ => 2,
};
